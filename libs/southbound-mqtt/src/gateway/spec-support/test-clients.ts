import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';

/** MQTT clients of a test, on both sides of a gateway. */
export class TestClients {
  readonly #open: MqttClient[] = [];

  /** Whose end is this test's. */
  own(client: MqttClient): MqttClient {
    this.#open.push(client);
    return client;
  }

  /** A device of `testAdmission`, connected once. @throws Error when it is refused */
  async device(gatewayUrl: string, id: string, options: IClientOptions = {}): Promise<MqttClient> {
    const credentials = { clientId: id, username: id, password: 'secret' };
    return this.own(await connectAsync(gatewayUrl, { ...credentials, reconnectPeriod: 0, ...options }, false));
  }

  /** The platform at the broker; `got` are topics and payloads below the filter, with `r` behind those that are retained. */
  async platform(brokerUrl: string, filter: string): Promise<{ client: MqttClient; got: string[] }> {
    const client = this.own(await connectAsync(brokerUrl, { protocolVersion: 5 }));
    const got: string[] = [];
    client.on('message', (topic, payload, { retain }) =>
      got.push(`${topic} ${payload.toString()}${retain ? ' r' : ''}`),
    );
    await client.subscribeAsync(filter, { qos: 1 });
    return { client, got };
  }

  /** Breaks all connections. */
  end(): void {
    for (const client of this.#open.splice(0)) client.end(true);
  }
}

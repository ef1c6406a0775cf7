import { connectAsync, type MqttClient } from 'mqtt';

/** A message of the device as it came over the wire. */
export interface Said {
  readonly topic: string;
  readonly body: Record<string, unknown>;
  readonly text: string;
  readonly qos: number;
  readonly retained: boolean;
}

/** The platform's side of the wire, with nothing of the platform in it. */
export class NativePlatform {
  readonly said: Said[] = [];

  private constructor(
    private readonly client: MqttClient,
    private readonly device: string,
  ) {}

  /** Listens to this device. MQTT 5, as it tells what was published retained. */
  static async listen(url: string, device: string): Promise<NativePlatform> {
    const client = await connectAsync(url, { protocolVersion: 5 });
    const platform = new NativePlatform(client, device);
    client.on('message', (topic, payload, { qos, retain }) => {
      const text = payload.toString();
      platform.said.push({ topic, text, body: JSON.parse(text), qos, retained: retain });
    });
    await client.subscribeAsync(`downlink/v1/devices/${device}/#`, { qos: 2, rap: true, rh: 2, nl: true });
    return platform;
  }

  get answers(): Said[] {
    return this.said.filter(({ topic }) => topic.endsWith('/answers'));
  }

  get presence(): Said[] {
    return this.said.filter(({ topic }) => topic.endsWith('/presence'));
  }

  /** What the answers say in turn: the command's last digit and the status. */
  get statuses(): string[] {
    return this.answers.map(({ body }) => `${String(body['id']).slice(-1)} ${String(body['status'])}`);
  }

  /** @param id its last digit */
  async send(id: number, { attempt = 1, inMs = 60_000 }: { attempt?: number; inMs?: number } = {}): Promise<void> {
    await this.sendText(
      JSON.stringify({
        id: commandId(id),
        attempt,
        deadline: new Date(Date.now() + inMs).toISOString(),
        service: 'Valve',
        method: 'open',
        parameters: { percent: id },
      }),
    );
  }

  async sendText(text: string): Promise<void> {
    await this.client.publishAsync(`downlink/v1/devices/${this.device}/commands`, text, { qos: 1 });
  }

  async stop(): Promise<void> {
    await this.client.endAsync();
  }
}

export const commandId = (digit: number): string => `105623487569235148${digit}`;

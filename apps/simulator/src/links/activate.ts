import mqtt, { type MqttClient } from 'mqtt';
import type { Activation } from '../protocols/device-protocol.js';

const PATIENCE_MS = 10_000;

/**
 * Asks for a device's own secret, by its product's. The connection is of no use for anything else.
 * @throws when the broker refuses it, or sends no secret in time
 */
export async function activate(url: string, activation: Activation, ca?: Buffer): Promise<string> {
  const { credentials, topic, read } = activation;
  const client = mqtt.connect(url, {
    ...credentials,
    ...(ca === undefined ? {} : { ca }),
    reconnectPeriod: 0,
    manualConnect: true,
  });
  try {
    return await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no secret came')), PATIENCE_MS);
      client.on('message', (from, payload) => {
        if (from === topic) reply(client, read, payload).then(resolve, reject);
      });
      client.on('error', reject);
      client.on('close', () => {
        clearTimeout(timer);
        reject(new Error('the connection has ended before a secret came'));
      });
      client.connect();
    });
  } finally {
    await client.endAsync(true);
  }
}

async function reply(client: MqttClient, read: Activation['read'], payload: Buffer): Promise<string> {
  const { secret, reply: answer } = read(payload);
  await client.publishAsync(answer.topic, answer.payload, { qos: answer.qos });
  return secret;
}

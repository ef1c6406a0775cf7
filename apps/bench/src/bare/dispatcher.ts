import mqtt, { type MqttClient } from 'mqtt';
import pg from 'pg';
import { GroupCommitter } from './group-committer.js';
import { BareProducer, consume } from './kafka.js';
import { ANSWER, ANSWERS_TOPIC, COMMANDS_TOPIC, type BareCommand } from './schema.js';

/** Kafka to MQTT and back: publish, wait for the answer, one group-committed update, a record to Kafka. */
export async function runBareDispatcher(options: {
  databaseUrl: string;
  brokers: string;
  mqttUrl: string;
}): Promise<void> {
  const pool = new pg.Pool({ connectionString: options.databaseUrl, max: 4 });
  const committer = new GroupCommitter<{ commandId: string; answer: unknown }>(pool, ANSWER);
  const producer = await BareProducer.connect(options.brokers, ANSWERS_TOPIC);
  const sender = await connect(options.mqttUrl);
  const receiver = await connect(options.mqttUrl);
  const callbacks = new Map<string, string>();

  receiver.on('message', (_topic, payload) => {
    const answer = JSON.parse(payload.toString()) as { id: string; status: string };
    const callbackUrl = callbacks.get(answer.id);
    if (callbackUrl === undefined) return;
    callbacks.delete(answer.id);
    void committer
      .write({ commandId: answer.id, answer })
      .then(() => producer.send(answer.id, JSON.stringify({ commandId: answer.id, callbackUrl, answer })));
  });
  await receiver.subscribeAsync('downlink/v1/devices/+/answers', { qos: 1 });
  await consume(options.brokers, COMMANDS_TOPIC, async (value) => {
    const command = JSON.parse(value) as BareCommand;
    callbacks.set(command.commandId, command.callbackUrl);
    const payload = { id: command.commandId, attempt: 1, method: command.method, parameters: command.parameters };
    await sender.publishAsync(`downlink/v1/devices/${command.deviceId}/commands`, JSON.stringify(payload), { qos: 1 });
  });
}

async function connect(url: string): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, { protocolVersion: 5 });
  (client.stream as { setNoDelay?: (on: boolean) => unknown }).setNoDelay?.(true);
  return client;
}

import { createHmac } from 'node:crypto';
import { Agent, request } from 'undici';
import { consume } from './kafka.js';
import { ANSWERS_TOPIC } from './schema.js';

/** Kafka to webhook: one signed POST for each answer, 64 at once. */
export async function runBareNotifier(options: { brokers: string }): Promise<void> {
  const dispatcher = new Agent({ connections: 64 });
  await consume(options.brokers, ANSWERS_TOPIC, async (value) => {
    const { commandId, callbackUrl } = JSON.parse(value) as { commandId: string; callbackUrl: string };
    const body = JSON.stringify({ deviceId: '', commandId, result: { resultCode: 'SUCCESSFUL', resultDetail: null } });
    const signature = createHmac('sha256', 'bare').update(body).digest('base64');
    const headers = { 'content-type': 'application/json', 'webhook-signature': signature };
    const answer = await request(callbackUrl, { method: 'POST', body, headers, dispatcher });
    await answer.body.dump();
  });
}

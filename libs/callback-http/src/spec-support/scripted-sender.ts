import type { Delivery } from '@downlink/command-engine';
import type { SendResult } from '../callback-sender.js';

/** Sends nothing: each attempt stays under way until it is answered. */
export class ScriptedSender {
  readonly started: Delivery[] = [];
  private readonly pending = new Map<string, (result: SendResult) => void>();

  send = (delivery: Delivery): Promise<SendResult> => {
    this.started.push(delivery);
    return new Promise((resolve) => this.pending.set(delivery.webhookId, resolve));
  };

  get underWay(): number {
    return this.pending.size;
  }

  answer({ webhookId }: Delivery, status = 200): void {
    const error = status < 300 ? null : (`status-${status}` as const);
    const result = { startedAt: 0, beganAt: 0, durationMs: 1, error, status, response: null, retryAfterMs: null };
    this.pending.get(webhookId)!(result);
    this.pending.delete(webhookId);
  }

  answerAll(status = 200): void {
    for (const delivery of this.started) if (this.pending.has(delivery.webhookId)) this.answer(delivery, status);
  }
}

import type { DeliveryAttempt } from '@downlink/command-engine';
import type { DeliveryObserver } from '../delivery-runner.js';

/** Remembers what it is told. */
export class NotingObserver implements DeliveryObserver {
  readonly attempts: DeliveryAttempt[] = [];
  readonly notes: string[] = [];

  attempted(_: unknown, attempt: DeliveryAttempt): void {
    this.attempts.push(attempt);
  }

  left(count: number, why: string): void {
    this.notes.push(`left ${count}: ${why}`);
  }

  recordFailed(_: unknown, waiting: number): void {
    this.notes.push(`record failed, ${waiting} waiting`);
  }

  attemptRefused({ webhookId }: DeliveryAttempt): void {
    this.notes.push(`refused ${webhookId}`);
  }
}

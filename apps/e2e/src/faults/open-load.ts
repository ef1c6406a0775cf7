import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { CommandId } from '@downlink/command-domain';
import { ApiClient, type ApiAnswer } from './api-client.js';
import type { MixedDevice } from './device-mix.js';

export interface LoadOptions {
  readonly client: ApiClient;
  /** Commands a second that begin, whatever becomes of those before them. */
  readonly rate: number;
  readonly chooseDevice: () => MixedDevice;
  readonly callbackUrl: string;
  readonly random: () => number;
}

/** One submission that was taken. */
export interface Taken {
  readonly id: CommandId;
  /** ms since 1970 on this process's clock, when the application first wanted it. */
  readonly wantedAt: number;
  readonly tookMs: number;
}

const CALLBACK_SHARE = 0.25;
const CANCEL_SHARE = 0.05;
const LIFETIME_SECONDS = 60;
const TICK_MS = 10;

/** An application that begins `rate` commands a second, tries each until it has an answer, and takes some of them back. */
export class OpenLoad {
  readonly taken: Taken[] = [];
  /** Commands whose cancel was confirmed. */
  readonly canceled: CommandId[] = [];
  /** Answers that no application should see, and submissions that never got one; with how often. */
  readonly complaints = new Map<string, number>();
  /** Refusals that are answers, such as a full queue. */
  readonly refusals = new Map<string, number>();
  begun = 0;
  private readonly underWay = new Set<Promise<void>>();
  private ticker: NodeJS.Timeout | undefined;

  constructor(private readonly options: LoadOptions) {}

  /** Commands a second that begin. */
  get rate(): number {
    return this.options.rate;
  }

  start(): void {
    const startedAt = performance.now();
    const before = this.begun;
    this.ticker = setInterval(() => {
      const due = before + Math.floor(((performance.now() - startedAt) * this.options.rate) / 1_000);
      while (this.begun < due) this.begin();
    }, TICK_MS);
  }

  /** Begins no more, and resolves when everything under way has got its answer. */
  async stop(): Promise<void> {
    clearInterval(this.ticker);
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  /** Forgets what has been checked. */
  forget(): void {
    this.taken.length = 0;
    this.canceled.length = 0;
    this.complaints.clear();
  }

  /** Halts at once, whatever is under way. */
  abandon(): void {
    clearInterval(this.ticker);
    this.options.client.abandon();
  }

  private begin(): void {
    this.begun += 1;
    const done: Promise<void> = this.oneCommand()
      .catch((error: unknown) => count(this.complaints, error instanceof Error ? error.message : String(error)))
      .finally(() => this.underWay.delete(done));
    this.underWay.add(done);
  }

  private async oneCommand(): Promise<void> {
    const { client, random } = this.options;
    const wantedAt = Date.now();
    const began = performance.now();
    const [told, withdrawn, pauseMs] = [random() < CALLBACK_SHARE, random() < CANCEL_SHARE, 500 * random()];
    const key = randomUUID();
    const answer = await client.post('/v1/commands', this.bodyOf(key, told), key);
    if (answer.status !== 201) return this.refused(answer);
    const id = answer.body['id'] as CommandId;
    this.taken.push({ id, wantedAt, tookMs: performance.now() - began });
    if (!withdrawn) return;
    await wait(pauseMs);
    const cancel = await client.post(`/v1/commands/${id}/cancel`, undefined, undefined);
    if (cancel.status === 200) this.canceled.push(id);
    else this.refused(cancel);
  }

  private bodyOf(key: string, told: boolean): object {
    return {
      deviceId: this.options.chooseDevice().id,
      service: 'Switch',
      method: 'set',
      parameters: { key },
      lifetimeSeconds: LIFETIME_SECONDS,
      maxRetransmit: 2,
      ...(told ? { callbackUrl: this.options.callbackUrl } : {}),
    };
  }

  private refused({ status, body }: ApiAnswer): void {
    const code = String(body['code'] ?? '');
    const expected = code === 'lane-full' || code === 'not-cancelable';
    count(expected ? this.refusals : this.complaints, `${status} ${code}`);
  }
}

export function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

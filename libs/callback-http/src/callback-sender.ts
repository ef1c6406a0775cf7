import { Agent } from 'undici';
import type { Delivery } from '@downlink/command-engine';
import { everyAddress, guardedLookup, type AddressGuard } from './address-guard.js';
import { unsigned, type CallbackSigner } from './callback-signer.js';
import { ResponseCollector, type CallbackResponse } from './response-collector.js';
import { readRetryAfter } from './retry-after.js';
import { sendErrorCode, type SendErrorCode } from './send-error.js';

export interface CallbackSenderOptions {
  readonly userAgent: string;
  /** From the start of the attempt to the last byte of the answer. */
  readonly totalTimeoutMs: number;
  /** Resolving the name and connecting, TLS included. */
  readonly connectTimeoutMs: number;
  /** Open connections to one origin: as many as one process sends at once, so that no application waits here behind another. */
  readonly connectionsPerOrigin: number;
  /** Bytes of the answer that are kept; the rest is cut off. */
  readonly responseLimit: number;
}

/** 15 s as Svix documents it, within what Standard Webhooks suggests (15–30 s). */
export const DEFAULT_SENDER_OPTIONS: CallbackSenderOptions = {
  userAgent: 'Downlink-Webhooks/1',
  totalTimeoutMs: 15_000,
  connectTimeoutMs: 5_000,
  connectionsPerOrigin: 256,
  responseLimit: 20_000,
};

/** How one POST ended. */
export interface SendResult {
  /** ms since 1970, by the clock that the sender was given. */
  readonly startedAt: number;
  /** The same on the monotonic clock of this process. */
  readonly beganAt: number;
  readonly durationMs: number;
  /** null: a 2xx. */
  readonly error: SendErrorCode | null;
  readonly status: number | null;
  readonly response: string | null;
  /** What the receiver asked for; null when it did not. */
  readonly retryAfterMs: number | null;
}

type Outcome = Omit<SendResult, 'startedAt' | 'beganAt' | 'durationMs'>;

export interface CallbackSenderPorts {
  readonly signer?: CallbackSigner;
  readonly guard?: AddressGuard;
  /** ms since 1970; this host's clock unless given. Several senders must agree on it, or attempts would seem to be out of order. */
  readonly now?: () => number;
}

/**
 * Makes one POST per call over kept connections, one pool per origin. Follows no redirect, keeps no cookie, unpacks no
 * compression. Only a complete 2xx is success; an answer longer than what is kept counts as complete.
 */
export class CallbackSender {
  private readonly options: CallbackSenderOptions;
  private readonly agent: Agent;
  private readonly signer: CallbackSigner;
  private readonly guard: AddressGuard;
  private readonly now: () => number;

  constructor(options: Partial<CallbackSenderOptions> = {}, ports: CallbackSenderPorts = {}) {
    this.options = { ...DEFAULT_SENDER_OPTIONS, ...options };
    this.signer = ports.signer ?? unsigned;
    this.guard = ports.guard ?? everyAddress;
    this.now = ports.now ?? (() => Date.now());
    this.agent = new Agent({
      connections: this.options.connectionsPerOrigin,
      pipelining: 1,
      // One timer of our own covers the whole attempt.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: {
        timeout: this.options.connectTimeoutMs,
        ...(this.guard === everyAddress ? {} : { lookup: guardedLookup(this.guard) }),
      },
    });
  }

  /** Never rejects: whatever goes wrong is in the result. */
  async send(delivery: Delivery): Promise<SendResult> {
    const startedAt = this.now();
    const begin = performance.now();
    const end = (rest: Outcome): SendResult => ({
      startedAt,
      beganAt: begin,
      durationMs: Math.round(performance.now() - begin),
      ...rest,
    });
    try {
      const url = httpUrl(delivery.url);
      if (url === undefined) return end(failure('invalid-url'));
      if (this.guard.refusesUrl(url) !== undefined) return end(failure('address-refused'));
      const answer = await this.post(url, delivery, await this.signer.sign(delivery, startedAt));
      const { status, body } = answer;
      const error = status >= 200 && status < 300 ? null : (`status-${status}` as const);
      return end({ error, status, response: body, retryAfterMs: readRetryAfter(answer.retryAfter, this.now()) });
    } catch (error) {
      return end(failure(error instanceof TimedOut ? 'timeout' : sendErrorCode(error)));
    }
  }

  /** Cuts what is under way and closes all connections. */
  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private post(url: URL, delivery: Delivery, signature: Readonly<Record<string, string>>): Promise<CallbackResponse> {
    const { userAgent, totalTimeoutMs, responseLimit } = this.options;
    const headers = {
      'content-type': delivery.contentType,
      'user-agent': userAgent,
      'webhook-id': delivery.webhookId,
      ...signature,
    };
    return new Promise<CallbackResponse>((resolve, reject) => {
      const collector = new ResponseCollector(responseLimit, {
        resolve: (response) => {
          clearTimeout(timer);
          resolve(response);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      const timer = setTimeout(() => collector.abort(new TimedOut()), totalTimeoutMs);
      const path = `${url.pathname}${url.search}`;
      this.agent.dispatch({ origin: url.origin, path, method: 'POST', headers, body: delivery.body }, collector);
    });
  }
}

class TimedOut extends Error {}

function httpUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
}

function failure(error: SendErrorCode): Outcome {
  return { error, status: null, response: null, retryAfterMs: null };
}

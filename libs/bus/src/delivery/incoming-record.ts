import type { RawRecord } from '@downlink/command-engine';
import { UnreadableMessage, type FactHeaders, type FactMessage, type Origin } from '@downlink/message-contracts';
import type { FactRecord } from '../fact-batch.js';

export interface RecordSource {
  readonly key: string;
  readonly origin: Origin;
  /** The record's own time, ms since 1970. */
  readonly recordedAt: number;
  raw(): RawRecord;
  /** @throws UnreadableMessage */
  headers(): FactHeaders;
  /** @throws UnreadableMessage */
  read(): FactMessage;
}

/** A record on its way to a handler; it remembers what was read of it and that it could not be read. */
export class IncomingRecord<Source extends RecordSource = RecordSource> implements FactRecord {
  readonly #headers: FactHeaders | undefined;
  #message: FactMessage | undefined;
  #problem: UnreadableMessage | undefined;
  /** How often a handler was called with it. */
  attempts = 0;

  constructor(readonly source: Source) {
    this.#headers = this.#try(() => source.headers());
  }

  get key(): string {
    return this.source.key;
  }

  get origin(): Origin {
    return this.source.origin;
  }

  /** Why it cannot be read, once that was tried. */
  get problem(): UnreadableMessage | undefined {
    return this.#problem;
  }

  get knownHeaders(): FactHeaders | undefined {
    return this.#headers;
  }

  get headers(): FactHeaders {
    if (this.#headers === undefined) throw this.#problem;
    return this.#headers;
  }

  read(): FactMessage {
    this.#message ??= this.#try(() => this.source.read());
    if (this.#message === undefined) throw this.#problem;
    return this.#message;
  }

  #try<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UnreadableMessage)) throw error;
      this.#problem = error;
      return undefined;
    }
  }
}

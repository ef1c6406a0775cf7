import type { Dispatcher } from 'undici';

/** What came back. */
export interface CallbackResponse {
  readonly status: number;
  /** The beginning of the body as text; null when it was empty. */
  readonly body: string | null;
  readonly retryAfter: string | undefined;
}

/** Our own reason to cut a response that is long enough already. */
const ENOUGH = new Error('response is longer than what is kept');

export interface CollectorEnd {
  resolve(response: CallbackResponse): void;
  reject(error: unknown): void;
}

/** Keeps the first `limit` bytes of one response and cuts the connection when more comes. Settles its end once. */
export class ResponseCollector implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private abortReason: Error | undefined;
  private status = 0;
  private retryAfter: string | undefined;
  private readonly chunks: Buffer[] = [];
  private kept = 0;

  constructor(
    private readonly limit: number,
    private readonly end: CollectorEnd,
  ) {}

  /** Ends the request with this error, also while it still waits for its connection. */
  abort(reason: Error): void {
    this.abortReason = reason;
    this.controller?.abort(reason);
    this.end.reject(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.abortReason !== undefined) controller.abort(this.abortReason);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Record<string, unknown>): void {
    this.status = status;
    const retryAfter = headers['retry-after'];
    this.retryAfter = typeof retryAfter === 'string' ? retryAfter : undefined;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const room = this.limit - this.kept;
    // A copy: the chunk is a view of the parser's buffer.
    if (room > 0) this.chunks.push(Buffer.from(chunk.subarray(0, room)));
    this.kept += Math.min(chunk.length, room);
    if (chunk.length <= room) return;
    this.complete();
    controller.abort(ENOUGH);
  }

  onResponseEnd(): void {
    this.complete();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (error !== ENOUGH) this.end.reject(error);
  }

  private complete(): void {
    const text = Buffer.concat(this.chunks).toString('utf8');
    // Postgres keeps no NUL in text.
    const body = text === '' ? null : text.replaceAll('\0', '\uFFFD');
    this.end.resolve({ status: this.status, body, retryAfter: this.retryAfter });
  }
}

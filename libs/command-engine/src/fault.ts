/**
 * Infrastructure that failed: not a domain answer and not a bug. `code` is stable and may be alerted on; `retryable` says
 * whether the same call may succeed later without anybody changing anything.
 */
export class Fault extends Error {
  override readonly name: string = 'Fault';
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable;
  }
}

export function isFault(error: unknown): error is Fault {
  return (
    error instanceof Error &&
    typeof (error as Fault).code === 'string' &&
    typeof (error as Fault).retryable === 'boolean'
  );
}

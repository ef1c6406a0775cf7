/**
 * A record that this version cannot read: no JSON, members missing or of the wrong type, an unknown schema. Trying again
 * does not help, so it is shaped like a Fault that is not retryable; consumers put such a record among the dead letters.
 */
export class UnreadableMessage extends Error {
  override readonly name = 'UnreadableMessage';
  readonly code = 'unreadable-message';
  readonly retryable = false;

  /** @param path the member at fault, such as `event.attempt`; empty for the whole */
  constructor(
    readonly path: string,
    reason: string,
    options?: { cause?: unknown },
  ) {
    super(path === '' ? `unreadable message: ${reason}` : `unreadable message: ${path}: ${reason}`, options);
  }
}

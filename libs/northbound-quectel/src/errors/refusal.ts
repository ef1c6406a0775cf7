import type { QuectelErrorName } from './error-table.js';

/** Ends a call with one of the vendor's errors. It is turned into an answer where the language of the call is known. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  /** @param detail what exactly was wrong; quotes no value */
  constructor(
    readonly error: QuectelErrorName,
    readonly detail?: string,
  ) {
    super(error);
  }
}

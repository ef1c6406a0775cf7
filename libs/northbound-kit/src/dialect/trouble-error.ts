import type { Trouble } from './dialect.js';

/** Ends a request with a trouble that the dialect of its path puts into its own form. Expected, and not logged. */
export class TroubleError extends Error {
  override readonly name = 'TroubleError';

  constructor(readonly trouble: Trouble) {
    super(trouble.kind);
  }
}

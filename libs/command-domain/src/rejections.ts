import type { AcceptedStatus } from './states.js';

/** Answers of the domain that are not facts: nothing is stored, the caller is told why. A closed union. */
export type Rejection =
  | { readonly code: 'unknown-command' }
  | { readonly code: 'already-accepted' }
  /** The caller used this idempotency key for another body within the last 24 h. */
  | { readonly code: 'idempotency-key-reused' }
  | { readonly code: 'lane-full'; readonly cap: number }
  | { readonly code: 'device-unreachable' }
  | { readonly code: 'not-cancelable'; readonly status: AcceptedStatus }
  | { readonly code: 'not-its-turn'; readonly status: AcceptedStatus }
  | { readonly code: 'not-due' }
  | { readonly code: 'stale-attempt'; readonly current: number }
  | { readonly code: 'already-confirmed' }
  | { readonly code: 'already-acknowledged' }
  | { readonly code: 'already-final'; readonly status: AcceptedStatus }
  /** A report of presence about a session that the device has replaced since. */
  | { readonly code: 'old-session' }
  | { readonly code: 'too-many-answers' };
export type RejectionCode = Rejection['code'];

/** An HTTP answer, ready to be sent. */
export interface Answer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
  /** `application/json; charset=utf-8` unless the dialect has its own. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What can go wrong before or beside a dialect's own rules. A closed union: each dialect says in its own form what each of
 * them looks like, so that no answer under its paths ever looks like another's.
 *
 * - `malformed`: bad URL, bad JSON, a body that no store can hold, an empty body where JSON was announced
 * - `unsupported-media-type`: a body that is no JSON
 * - `too-large`: a body over the limit
 * - `no-such-route`: nothing is served there, or not with that method
 * - `quota-exceeded`: the application has used up its calls of this minute
 * - `too-many-attempts`: too many wrong credentials came from there, or for that key
 * - `unavailable`: a retryable fault; the same request may succeed later
 * - `broken`: our fault (a bug, or a fault that waiting does not mend)
 */
export type Trouble =
  | { readonly kind: 'malformed'; readonly detail: string }
  | { readonly kind: 'unsupported-media-type' }
  | { readonly kind: 'too-large'; readonly limit: number }
  | { readonly kind: 'no-such-route' }
  | { readonly kind: 'quota-exceeded'; readonly retryAfterSeconds: number }
  | { readonly kind: 'too-many-attempts'; readonly retryAfterSeconds: number }
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'broken' };

/** How a dialect shows itself to what lies beneath its controllers. */
export interface DialectFace {
  readonly name: string;
  /** Path prefixes that are the dialect's own, with both slashes: `/iocm/`. */
  readonly prefixes: readonly string[];
  /** Full paths that also take `application/x-www-form-urlencoded`; everywhere else only JSON is taken. */
  readonly formPaths?: readonly string[];
  /** Full paths that also take `application/yaml`; the body is a `YamlBody` then. */
  readonly yamlPaths?: readonly string[];
  /** Full paths whose bodies may be larger than BODY_LIMIT, with their limits in bytes. */
  readonly bodyLimits?: Readonly<Record<string, number>>;
  /** The bytes of each body are kept beside what was read of them (`rawBodyOf`), for callers who sign them. Default false. */
  readonly keepsRawBodies?: boolean;
  /** A body without a single byte is no body, whatever it is announced as; elsewhere it is malformed JSON. Default false. */
  readonly takesEmptyBodies?: boolean;
  /** The trouble in the dialect's form, in the language that the URL may ask for. Total, and never throws. */
  answer(trouble: Trouble, url: string): Answer;
}

/**
 * An answer that ends a request early. Thrown by a dialect's own code (validation, authentication, not found) and sent as
 * it is; it is an expected answer and is not logged.
 */
export class ErrorAnswer extends Error {
  override readonly name = 'ErrorAnswer';

  constructor(readonly answer: Answer) {
    super(`answered with ${String(answer.status)}`);
  }
}

import type { AskedMethod } from '../rights/rights.js';
import type { ContractAnswer, ContractRequest } from './exchange.js';
import type { RunningNorthbound } from './start-northbound.js';

/** A call by its method, its path with the query, and its body where it has one. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}

/** What the suite must know of a dialect. */
export interface DialectSubject {
  running(): RunningNorthbound;
  /** Headers of a good caller, without a content type. */
  authorised(): Record<string, string>;
  /** The same with a token that was never issued, and without any. */
  withBadToken(): Record<string, string>;
  withoutToken(): Record<string, string>;
  /** The call that creates a command. */
  create: { readonly method: string; readonly path: string };
  /** A good body for this device. */
  bodyFor(deviceId: string): object;
  /** A good body with this as its parameters. */
  bodyWithParameters(parameters: unknown): object;
  ownDevice: string;
  foreignDevice: string;
  unknownRoute: string;
  /** The application that `authorised` is about; the suites change its rights and its quota, and put them back. */
  applicationId: string;
  /** What the good bodies ask for, in canonical words. */
  asked: AskedMethod;
  /** A good body for `ownDevice` with every member that the call knows; one command, answered at once. */
  fullBody(): object;
  /** Members of bodies whose own members are the devices' business: nothing is said about null in there. */
  opaqueMembers: readonly string[];
  /** The header that the token stands in. */
  tokenHeader: string;
  /** Headers with tokens that were good once or are somebody else's, each under what is the matter with it. */
  deadTokens: Readonly<Record<string, () => Promise<Record<string, string>>>>;
  /** Called after each of these: gets a good token again where there is only one at a time. */
  renew?: () => Promise<void>;
  /** The calls that read, with real ids: of the command that this answer is about, of whatever else there is. */
  reads(created: ContractAnswer): readonly Call[];
  /** Throws unless the answer says that the calls of this minute are used up, as the vendor does. */
  expectThrottled(answer: ContractAnswer): void;
  /** Throws unless the answer says that the application may not do this, as the vendor does. */
  expectForbidden(answer: ContractAnswer): void;
  /** For dialects whose device stands in the path or query: the call that creates a command for this one. */
  createFor?: (deviceId: string) => { readonly method: string; readonly path: string };
  /** For dialects whose callers sign each request: the request as it is sent, with whatever the signature needs. */
  sign?: (request: ContractRequest) => ContractRequest;
  /** Throws unless the answer is an error in the vendor's form. */
  expectVendorError(answer: ContractAnswer): void;
}

import type { AcceptedStatus } from '@downlink/command-domain';
import type { FactHeaders } from '@downlink/message-contracts';

/** Someone who wants to hear of facts as they come, and loses nothing by missing one. */
export interface FactTailListener {
  /** Facts after which the command has another status are passed over. */
  readonly statuses: readonly AcceptedStatus[];
  /** Called with the headers of each fact, once or more. Must be quick, and must not throw. */
  readonly onFact: (headers: FactHeaders) => void;
  /** Facts published from now on are heard; those of before, since the last time, may be missing. */
  readonly onListening: () => void;
}

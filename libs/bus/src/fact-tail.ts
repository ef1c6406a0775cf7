import type { FactHeaders } from '@downlink/message-contracts';

/** Someone who wants to hear of facts as they come, and loses nothing by missing one. */
export interface FactTailListener {
  /** Whether facts after which the command has this status are wanted now; the others are passed over. Asked for each fact. */
  readonly wants: (status: string) => boolean;
  /** Called with the headers of each fact and its device, once or more. Must be quick, and must not throw. */
  readonly onFact: (headers: FactHeaders, deviceId: string) => void;
  /** Facts published from now on are heard; those of before, since the last time, may be missing. */
  readonly onListening: () => void;
}

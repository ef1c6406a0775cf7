import type { CommandId } from '@downlink/command-domain';

/** Makes command ids: unique over the installation, ascending within the process, and near the database's clock. */
export interface CommandIds {
  /** Never blocks. @throws Fault `worker-number-lost` (retryable) when the process may no longer be the only one with its number. */
  next(): CommandId;
}

import { eventually } from '@downlink/testing';
import type { Application } from './application.js';

export interface ManyCommands {
  readonly deviceIds: readonly string[];
  readonly count: number;
  readonly callbackUrl: string;
}

/** Requests under way at once. */
const CLIENTS = 8;
/** How long an application goes on trying while the API is away. */
const PATIENCE_MS = 60_000;

/**
 * Sends commands to devices in turn, as an application does that does not give up: a request whose answer was lost is sent
 * again (which may make two commands of one), a full lane is waited for.
 */
export function sendManyCommands(application: Application, { deviceIds, count, callbackUrl }: ManyCommands) {
  const taken: string[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < count) {
      const deviceId = deviceIds[next % deviceIds.length]!;
      next += 1;
      const create = () => application.create(deviceId, { callbackUrl });
      taken.push(await eventually(create, { withinMs: PATIENCE_MS, everyMs: 100 }));
    }
  };
  const all = Promise.all(Array.from({ length: CLIENTS }, client)).then(() => taken);
  return {
    /** The ids of all commands that were taken; resolves when there are `count`. */
    all,
    untilTaken: (wanted: number) =>
      eventually(
        () => {
          if (taken.length < wanted) throw new Error(`${taken.length} of ${wanted} commands were taken`);
        },
        { withinMs: PATIENCE_MS },
      ),
  };
}

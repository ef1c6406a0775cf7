import { newLane, type CommandId, type DeviceId, type Lane } from '@downlink/command-domain';
import {
  Fault,
  type Changes,
  type CommandStore,
  type Head,
  type KeyName,
  type Loaded,
  type Touch,
} from '@downlink/command-engine';
import type { Pool, PoolClient } from 'pg';
import { findOpenDeadLetters } from '../dead-letters/find-open-dead-letters.js';
import { onOneClient } from '../pools/on-one-client.js';
import { asFault } from '../pools/pg-fault.js';
import { sentTogether } from '../pools/sent-together.js';
import { createLanes } from './create-lanes.js';
import { findKeys } from './find-keys.js';
import { loadHeads } from './load-heads.js';
import { loadNextQueued } from './load-next-queued.js';
import { loadQueues } from './load-queues.js';
import { lockLanes } from './lock-lanes.js';
import { retryConflicts } from './retry-conflicts.js';
import { writeChanges } from './write-changes.js';

interface Touched {
  readonly deviceIds: DeviceId[];
  readonly commandIds: CommandId[];
  readonly keys: readonly KeyName[];
}

/**
 * The engine's write path. A unit of work costs two or three round trips whatever its size: begin, lock and load are sent
 * together, then the write with the commit; a first command to a device costs one more.
 */
export class PostgresCommandStore implements CommandStore {
  constructor(private readonly pool: Pool) {}

  /** `work` is called again when the transaction lost a race, at most five times in all: it must not keep what it did before. */
  transact<T>(touch: Touch, work: (loaded: Loaded) => Promise<{ changes: Changes; result: T }>): Promise<T> {
    const { deviceIds, commandIds, keys = [] } = touch;
    const touched = { deviceIds: [...new Set(deviceIds)], commandIds: [...new Set(commandIds)], keys };
    return retryConflicts(() => this.once(touched, work));
  }

  private once<T>(touched: Touched, work: (loaded: Loaded) => Promise<{ changes: Changes; result: T }>): Promise<T> {
    return onOneClient(this.pool, async (client) => {
      const loaded = await begin(client, touched);
      const { changes, result } = await work(loaded);
      if (isEmpty(changes)) {
        await asFault(client.query('rollback'));
      } else {
        await sentTogether(client, () => [writeChanges(client, changes), commit(client)]);
      }
      return result;
    });
  }
}

async function begin(client: PoolClient, touched: Touched): Promise<Loaded> {
  const { deviceIds, commandIds, keys } = touched;
  let [, found, loaded, known] = await sentTogether(client, () => [
    asFault(client.query('begin')),
    lockLanes(client, deviceIds),
    loadHeads(client, commandIds),
    findKeys(client, keys),
  ]);
  if (found.size < deviceIds.length) {
    [, , , found, loaded, known] = await sentTogether(client, () => [
      asFault(client.query('rollback')),
      asFault(client.query('begin')),
      createLanes(client, deviceIds),
      lockLanes(client, deviceIds),
      loadHeads(client, commandIds),
      findKeys(client, keys),
    ]);
  }
  const lanes = new Map<DeviceId, Lane>(deviceIds.map((id) => [id, found.get(id) ?? newLane(id)]));
  return {
    now: loaded.now,
    lanes,
    heads: keys.length === 0 ? loaded.heads : withHeads(loaded.heads, known.heads),
    keys: known.uses,
    nextQueued: (ids, except) => loadNextQueued(client, ids, except),
    queuedOf: (queues) => loadQueues(client, queues),
    openDeadLetters: (ids) => findOpenDeadLetters(client, ids),
  };
}

function withHeads(heads: ReadonlyMap<CommandId, Head>, more: readonly Head[]): ReadonlyMap<CommandId, Head> {
  return new Map([...heads, ...more.map((head) => [head.commandId, head] as const)]);
}

/** A transaction that a failed statement has spoiled answers COMMIT with ROLLBACK, and no error. */
async function commit(client: PoolClient): Promise<void> {
  const { command } = await asFault(client.query('commit'));
  if (command !== 'COMMIT')
    throw new Fault('store-unavailable', 'the transaction was rolled back', { retryable: true });
}

function isEmpty({ events, heads, lanes }: Changes): boolean {
  return events.length === 0 && heads.length === 0 && lanes.length === 0;
}

import type { Head, KeyName, KeyUse } from '@downlink/command-engine';
import type { ClientBase } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { commandIdOf, headOf, LOCKED_HEAD_COLUMNS, type StoredHead } from './head-row.js';

interface StoredUse {
  readonly application_id: string;
  readonly key: string;
  readonly digest: string;
  readonly used_for: string;
  readonly used_at: string;
}

const TEXT = `select used.*, head.* from unnest($1::text[], $2::text[]) as wanted (application_id, key)
  cross join lateral (
    select application_id, key, digest, command_id as used_for, used_at from idempotency_key as known
    where known.application_id = wanted.application_id and known.key = wanted.key limit 1
  ) as used
  left join lateral (select ${LOCKED_HEAD_COLUMNS} from command where command_id = used.used_for limit 1) as head on true`;

/**
 * The uses of these keys and the commands that they stand for. To be sent after the lanes are locked, so that a use by the
 * previous holder of a lane is seen; whatever else uses a key meanwhile is noticed when it is written (`write-changes`).
 */
export async function findKeys(
  client: ClientBase,
  keys: readonly KeyName[],
): Promise<{ uses: readonly KeyUse[]; heads: readonly Head[] }> {
  if (keys.length === 0) return { uses: [], heads: [] };
  const { rows } = await asFault(
    client.query<StoredUse & (StoredHead | { command_id: null })>({
      name: 'find-keys',
      text: TEXT,
      values: [keys.map(({ applicationId }) => applicationId), keys.map(({ key }) => key)],
    }),
  );
  const uses = rows.map(({ application_id, key, digest, used_for, used_at }) => ({
    applicationId: application_id,
    key,
    digest,
    commandId: commandIdOf(used_for),
    usedAt: Number(used_at),
  }));
  return { uses, heads: rows.flatMap((row) => (row.command_id === null ? [] : [headOf(row)])) };
}

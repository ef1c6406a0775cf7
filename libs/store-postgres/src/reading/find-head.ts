import type { CommandId } from '@downlink/command-domain';
import type { Head } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { headOf, HEAD_COLUMNS, type StoredHead } from '../commands/head-row.js';
import { asFault } from '../pools/pg-fault.js';

const TEXT = `select ${HEAD_COLUMNS} from command where command_id = $1`;

export async function findHead(pool: Pool, commandId: CommandId): Promise<Head | undefined> {
  const { rows } = await asFault(pool.query<StoredHead>({ name: 'find-head', text: TEXT, values: [commandId] }));
  return rows[0] && headOf(rows[0]);
}

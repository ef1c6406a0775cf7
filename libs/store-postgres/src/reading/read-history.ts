import type { CommandId } from '@downlink/command-domain';
import type { RecordedEvent } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { EVENT_COLUMNS, recordedEventOf, type StoredEvent } from './event-row.js';

const TEXT = `select ${EVENT_COLUMNS} from command_event where command_id = $1 order by version`;

export async function readHistory(pool: Pool, commandId: CommandId): Promise<RecordedEvent[]> {
  const { rows } = await asFault(pool.query<StoredEvent>({ name: 'read-history', text: TEXT, values: [commandId] }));
  return rows.map(recordedEventOf);
}

import type { CommandId } from '@downlink/command-domain';
import type { RecordedEvent } from '@downlink/command-engine';
import type { ClientBase } from 'pg';
import { EVENT_COLUMNS, recordedEventOf, type StoredEvent } from '../reading/event-row.js';

/** All events of one command, as they stand in the log. */
export interface Stream {
  readonly commandId: CommandId;
  readonly events: RecordedEvent[];
}

/** Rows in memory at once, some 2 MB. */
const PAGE = 2_000;

/** The whole log in id order, a page at a time and no command torn apart: memory does not grow with the log. */
export async function* readStreams(client: ClientBase): AsyncGenerator<Stream[]> {
  let last = { command_id: '0', version: 0 };
  let open: Stream | undefined;
  for (;;) {
    const { rows } = await client.query<StoredEvent>(
      `select ${EVENT_COLUMNS} from command_event
         where (command_id, version) > ($1, $2) order by command_id, version limit ${PAGE}`,
      [last.command_id, last.version],
    );
    const streams: Stream[] = open === undefined ? [] : [open];
    for (const recorded of rows.map(recordedEventOf)) {
      if (streams.at(-1)?.commandId !== recorded.commandId) streams.push({ commandId: recorded.commandId, events: [] });
      streams.at(-1)!.events.push(recorded);
    }
    if (rows.length < PAGE) {
      yield streams;
      return;
    }
    // The last command of a page may go on in the next one.
    open = streams.pop();
    yield streams;
    last = rows.at(-1)!;
  }
}

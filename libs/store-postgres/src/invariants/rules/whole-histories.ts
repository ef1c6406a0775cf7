import { isDeepStrictEqual } from 'node:util';
import { deadlineOf, evolve, type AcceptedState, type CommandEvent, type CommandState } from '@downlink/command-domain';
import type { ClientBase } from 'pg';
import { commandIdOf } from '../../commands/head-row.js';
import { shardOf } from '../../shard-of.js';
import { breachesBy, LISTED, type Breach, type Invariant } from '../invariant.js';
import { readStreams, type Stream } from '../read-streams.js';
import { TRANSITIONS } from '../transitions.js';

type Finding = Omit<Breach, 'rule'>;

/** Rule 2: versions 1..n without a gap, every transition is in the table, and the head is the fold of the events. */
export const wholeHistories: Invariant = {
  rule: '2',
  title: 'histories are gapless and allowed; head = fold',
  async check({ client }) {
    let checked = 0;
    const breaches: Finding[] = await breachesBy(
      client,
      `select 'command ' || command_id as subject, 'a head without any event' as detail from command
         where not exists (select from command_event where command_event.command_id = command.command_id)`,
    );
    for await (const streams of readStreams(client)) {
      checked += streams.length;
      const heads = await loadStoredHeads(client, streams);
      for (const stream of streams) breaches.push(...examine(stream, heads.get(stream.commandId)));
      if (breaches.length > LISTED) break;
    }
    return { checked, breaches };
  },
};

interface StoredHead {
  readonly command_id: string;
  readonly [column: string]: unknown;
}

async function loadStoredHeads(client: ClientBase, streams: readonly Stream[]): Promise<Map<string, StoredHead>> {
  const { rows } = await client.query<StoredHead>(
    `select command_id, version, application_id, device_id, shard, lane_position::float8, status, queue_pos::float8,
       due_at::float8, accepted_at::float8, request, state from command where command_id = any($1::bigint[])`,
    [streams.map(({ commandId }) => commandId)],
  );
  return new Map(rows.map((row) => [commandIdOf(row.command_id), row]));
}

function examine({ commandId, events }: Stream, head: StoredHead | undefined): Finding[] {
  const subject = `command ${commandId}`;
  let state: CommandState = { status: 'none' };
  for (const [index, { version, event }] of events.entries()) {
    if (version !== index + 1) return [{ subject, detail: `version ${index + 1} is missing` }];
    const wrong = refuse(state, event);
    if (wrong !== undefined) return [{ subject, detail: `version ${version}: ${wrong}` }];
    state = evolve(state, event);
  }
  if (head === undefined) return [{ subject, detail: 'events without a head' }];
  return differences(state as AcceptedState, events.length, head).map((detail) => ({ subject, detail }));
}

/** Why this event may not happen in this state. */
function refuse(state: CommandState, event: CommandEvent): string | undefined {
  if (!TRANSITIONS[state.status].includes(event.type)) return `${event.type} in state ${state.status}`;
  if (state.status === 'none') return undefined;
  if (event.type === 'AttemptStarted' && event.attempt !== state.attempts + 1) {
    return `attempt ${event.attempt} started after attempt ${state.attempts}`;
  }
  if ((event.type === 'AttemptSent' || event.type === 'AttemptNotSent') && event.attempt !== state.attempts) {
    return `${event.type} of attempt ${event.attempt} while attempt ${state.attempts} was the last`;
  }
  return undefined;
}

function differences(state: AcceptedState, version: number, head: StoredHead): string[] {
  const { request, ...rest } = state;
  const expected: Record<string, unknown> = {
    version,
    application_id: request.applicationId,
    device_id: request.deviceId,
    shard: shardOf(request.deviceId),
    lane_position: state.lanePosition,
    status: state.status,
    queue_pos: state.status === 'queued' ? state.lanePosition : null,
    due_at: deadlineOf(state),
    accepted_at: state.acceptedAt,
    request,
    state: rest,
  };
  return Object.entries(expected)
    .filter(([column, value]) => !isDeepStrictEqual(value, head[column]))
    .map(
      ([column, value]) => `head.${column} is ${JSON.stringify(head[column])}, the events say ${JSON.stringify(value)}`,
    );
}

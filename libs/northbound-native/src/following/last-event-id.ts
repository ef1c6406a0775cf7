import { parseCommandId, type CommandId } from '@downlink/command-domain';
import type { RecordedEvent } from '@downlink/command-engine';
import type { FastifyRequest } from 'fastify';
import { problem, type Problem } from '../errors/problem.js';
import { eventView } from '../wire/command-view.js';
import type { StreamedEvent } from './event-stream.js';

const SPELLING = /^(\d{19})-([1-9]\d{0,8})$/;

/** An event by command and version, as `0123456789012345678-3`. */
export interface EventId {
  readonly commandId: CommandId;
  readonly version: number;
}

/** An event of the log as it goes down a stream; what an unnamed member of it is, the history says too. */
export function streamed(deviceId: string, recorded: RecordedEvent): StreamedEvent {
  const { commandId, version, event } = recorded;
  const id = `${commandId}-${String(version)}`;
  return { id, event: event.type, data: { commandId, deviceId, ...eventView(recorded) } };
}

/** Where the caller's last stream ended; undefined when this is his first. @throws Problem `validation-failed` for what is no id */
export function lastEventIdOf({ headers }: Pick<FastifyRequest, 'headers'>): EventId | undefined {
  const header = headers['last-event-id'];
  if (header === undefined) return undefined;
  const [, id, version] = SPELLING.exec(String(header)) ?? [];
  const commandId = id === undefined ? undefined : parseCommandId(id);
  if (commandId === undefined) throw notAnEvent();
  return { commandId, version: Number(version) };
}

/** The caller came with the id of an event that this stream never had, or that is no longer kept. */
export function notAnEvent(): Problem {
  return problem('validation-failed', { errors: [{ path: 'Last-Event-ID', message: 'is no event of this stream' }] });
}

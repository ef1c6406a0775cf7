import {
  isFinal,
  newLane,
  type CommandId,
  type CommandRequest,
  type DeviceId,
  type Lane,
} from '@downlink/command-domain';
import { lanePositionOf } from '../correlation.js';
import type {
  CommandQuery,
  CommandReader,
  DeviceEvents,
  DeviceEventsQuestion,
  EventPlace,
  PageOfCommandsQuery,
  Situation,
} from '../ports/command-reader.port.js';
import type { Head, RecordedEvent } from '../ports/command-store.port.js';
import { PROPERTIES } from '../ports/product-model.js';
import type { InMemoryDatabase } from './in-memory-database.js';

export class InMemoryCommandReader implements CommandReader {
  constructor(private readonly database: InMemoryDatabase) {}

  async head(commandId: CommandId): Promise<Head | undefined> {
    return this.database.heads.get(commandId);
  }

  async finalHeads(commandIds: readonly CommandId[], or?: 'delivered'): Promise<Head[]> {
    const heads = [...new Set(commandIds)].map((commandId) => this.database.heads.get(commandId));
    return heads.filter((head) => head !== undefined && (isFinal(head.state) || head.state.status === or)) as Head[];
  }

  async situation(commandId: CommandId): Promise<Situation | undefined> {
    const head = this.database.heads.get(commandId);
    if (head === undefined) return undefined;
    const { deviceId } = head.state.request;
    const lane = this.database.lanes.get(deviceId) ?? newLane(deviceId);
    const queue = [...this.database.heads.values()]
      .filter(({ state }) => state.status === 'queued' && state.request.deviceId === deviceId)
      .sort((a, b) => a.state.lanePosition - b.state.lanePosition);
    return {
      now: this.database.clock(),
      head,
      lane,
      firstQueued: queue[0] ?? null,
      inFlight: (lane.inFlight !== null && this.database.heads.get(lane.inFlight)) || null,
      ahead: Math.max(queue.indexOf(head), 0),
    };
  }

  async history(commandId: CommandId): Promise<RecordedEvent[]> {
    return [...(this.database.histories.get(commandId) ?? [])];
  }

  async deviceEvents({ deviceId, after, among, limit }: DeviceEventsQuestion): Promise<DeviceEvents> {
    const now = this.database.clock();
    const heads = [...this.database.heads.values()].filter(
      ({ commandId, state }) =>
        state.request.deviceId === deviceId &&
        (among === undefined || state.lanePosition >= among.fromPosition || among.commandIds.includes(commandId)),
    );
    const behind = heads
      .flatMap(({ commandId }) => this.database.histories.get(commandId) ?? [])
      .filter((recorded) => isOwn(recorded) && isBehind(recorded, after))
      .sort((one, other) => (isBehind(one, placeOf(other)) ? 1 : -1));
    const events = behind.filter(({ event }) => event.at < now).slice(0, limit);
    return {
      now,
      events,
      more: events.length < behind.length,
      open: heads.filter(({ state }) => !isFinal(state)).map(({ commandId }) => commandId),
      nextPosition: this.database.lanes.get(deviceId)?.nextPosition ?? 1,
    };
  }

  async search(query: CommandQuery | PageOfCommandsQuery): Promise<{ heads: Head[]; total: number }> {
    const { offset = 0, limit, order = 'newest', after } = query;
    const turn = order === 'newest' ? -1 : 1;
    const matching = [...this.database.heads.values()]
      .filter((head) => matches(query, head))
      .sort((a, b) => (a.commandId < b.commandId ? -turn : turn));
    const listed = matching.filter(
      ({ commandId }) => after === undefined || (turn < 0 ? commandId < after : commandId > after),
    );
    return { heads: listed.slice(offset, offset + limit), total: matching.length };
  }

  async lane(deviceId: DeviceId): Promise<Lane | undefined> {
    return this.database.lanes.get(deviceId);
  }

  async byCorrelation(
    questions: readonly { deviceId: DeviceId; correlation: number }[],
  ): Promise<(CommandId | undefined)[]> {
    const heads = [...this.database.heads.values()];
    return questions.map(({ deviceId, correlation }) => {
      const lane = this.database.lanes.get(deviceId);
      const position = lane && lanePositionOf(correlation, lane.nextPosition - 1);
      return heads.find(({ state }) => state.request.deviceId === deviceId && state.lanePosition === position)
        ?.commandId;
    });
  }
}

function matches(query: CommandQuery | PageOfCommandsQuery, { state }: Head): boolean {
  const { applicationId, deviceId, from, until } = query;
  const { request, acceptedAt } = state;
  return (
    request.applicationId === applicationId &&
    (deviceId === undefined || request.deviceId === deviceId) &&
    isOneOf(query.deviceIds, request.deviceId) &&
    isOneOf(query.statuses, state.status) &&
    isOneOf(query.services, request.service) &&
    isOneOf(query.methods, request.method) &&
    isTargeted(query.targets, request) &&
    (from === undefined || acceptedAt >= from) &&
    (until === undefined || acceptedAt < until)
  );
}

function isTargeted(targets: CommandQuery['targets'], { service, parameters }: CommandRequest): boolean {
  if (targets === undefined || targets.services.includes(service)) return true;
  return service === PROPERTIES && targets.properties.some((name) => Object.hasOwn(parameters, name));
}

const placeOf = ({ commandId, version, event }: RecordedEvent): EventPlace => ({ at: event.at, commandId, version });

function isBehind({ commandId, version, event }: RecordedEvent, after: EventPlace): boolean {
  if (event.at !== after.at) return event.at > after.at;
  return commandId === after.commandId ? version > after.version : commandId > after.commandId;
}

/** What another device answered is written under that device's lock. */
function isOwn({ event }: RecordedEvent): boolean {
  return event.type !== 'AnswerRejected' || event.reason !== 'wrong-device';
}

/** A list that is not there narrows nothing. */
function isOneOf<T>(list: readonly T[] | undefined, value: T): boolean {
  return list === undefined || list.includes(value);
}

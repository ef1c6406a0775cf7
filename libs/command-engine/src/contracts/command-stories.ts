import {
  block,
  evolve,
  evolveLane,
  makeCommandId,
  newLane,
  type AttemptStarted,
  type CommandAccepted,
  type CommandEvent,
  type CommandId,
  type CommandRequest,
  type CommandState,
  type DeviceId,
  type Lane,
} from '@downlink/command-domain';
import type { AttemptClaims } from '../ports/attempt-claims.port.js';
import type { CommandReader } from '../ports/command-reader.port.js';
import type { Changes, CommandStore, Head, Loaded } from '../ports/command-store.port.js';
import type { DueCommands } from '../ports/due-commands.port.js';
import type { Outbox } from '../ports/fact-relay.port.js';
import { SHARD_COUNT } from '../ports/shard-leases.port.js';

/** An empty store and the ports that look at it. */
export interface CommandStoreUnderTest {
  readonly store: CommandStore;
  readonly reader: CommandReader;
  readonly claims: AttemptClaims;
  readonly outbox: Outbox;
  readonly due: DueCommands;
  close(): Promise<void>;
}
export type OpenCommandStore = () => Promise<CommandStoreUnderTest>;

export const ALL_SHARDS = Array.from({ length: SHARD_COUNT }, (_, shard) => shard);

const born = Date.now();
let sequence = 0;

/** Ascending, and of today. */
export function nextCommandId(): CommandId {
  sequence += 1;
  return makeCommandId(born + Math.floor(sequence / 4096), 1, sequence % 4096);
}

export function requestFor(deviceId: DeviceId, changes: Partial<CommandRequest> = {}): CommandRequest {
  return {
    applicationId: 'app',
    deviceId,
    dialect: 'native',
    wireFormat: 'native',
    service: 'lamp',
    method: 'switch',
    parameters: { on: true },
    mode: 'cached',
    lifetimeMs: 60_000,
    policy: {
      maxRetransmit: 3,
      firstWaitMs: 10_000,
      waitJitter: 0.5,
      answerWithinMs: 60_000,
      lateAnswers: 'record',
      laneCap: 20,
      immediate: 'join',
    },
    ...changes,
  };
}

/** What happens to one command in a unit of work. */
export interface Happening {
  readonly commandId: CommandId;
  readonly events: readonly CommandEvent[];
}

/** The changes that these events make, folded onto what was loaded. */
export function changesOf(loaded: Loaded, happenings: readonly Happening[]): Changes {
  const lanes = new Map<DeviceId, Lane>();
  const heads = new Map<CommandId, Head & { previousVersion: number }>();
  const events: { commandId: CommandId; version: number; event: CommandEvent }[] = [];
  for (const { commandId, events: facts } of happenings) {
    const known = loaded.heads.get(commandId);
    const previousVersion = known?.version ?? 0;
    let version = previousVersion;
    let before: CommandState = known?.state ?? { status: 'none' };
    for (const event of facts) {
      const after = evolve(before, event);
      const { deviceId } = after.request;
      const lane = lanes.get(deviceId) ?? loaded.lanes.get(deviceId) ?? newLane(deviceId);
      lanes.set(deviceId, evolveLane(lane, commandId, event, { before, after }));
      version += 1;
      events.push({ commandId, version, event });
      heads.set(commandId, { commandId, version, previousVersion, state: after });
      before = after;
    }
  }
  return { events, heads: [...heads.values()], lanes: [...lanes.values()] };
}

/** Accepts a command at the end of its lane. */
export function accepted(loaded: Loaded, request: CommandRequest, expiresAt: number | null = null): CommandAccepted {
  const lanePosition = loaded.lanes.get(request.deviceId)!.nextPosition;
  return { type: 'CommandAccepted', schema: 1, at: loaded.now, request, expiresAt, lanePosition };
}

export function attemptStarted(loaded: Loaded, attempt: number, waitMs = 10_000): AttemptStarted {
  return { type: 'AttemptStarted', schema: 1, at: loaded.now, attempt, waitUntil: loaded.now + waitMs };
}

/** One command of one device: what happens to it, in a unit of work of its own. */
export async function happen(
  store: CommandStore,
  { commandId, deviceId }: { commandId: CommandId; deviceId: DeviceId },
  eventsOf: (loaded: Loaded) => readonly CommandEvent[],
): Promise<void> {
  await store.transact({ deviceIds: [deviceId], commandIds: [commandId] }, async (loaded) => ({
    changes: changesOf(loaded, [{ commandId, events: eventsOf(loaded) }]),
    result: undefined,
  }));
}

/** A new command in the queue of its device. */
export async function submit(store: CommandStore, request: CommandRequest, expiresInMs?: number): Promise<CommandId> {
  const commandId = nextCommandId();
  await happen(store, { commandId, deviceId: request.deviceId }, (loaded) => [
    accepted(loaded, request, expiresInMs === undefined ? null : loaded.now + expiresInMs),
  ]);
  return commandId;
}

/** A dead letter stands in the way of a device. */
export async function blockLane(store: CommandStore, deviceId: DeviceId, deadLetter = '1'): Promise<void> {
  await store.transact({ deviceIds: [deviceId], commandIds: [] }, async ({ lanes }) => ({
    changes: { events: [], heads: [], lanes: [block(lanes.get(deviceId)!, deadLetter)] },
    result: undefined,
  }));
}

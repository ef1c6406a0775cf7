import {
  FINAL_STATUSES,
  type AcceptedStatus,
  type CommandId,
  type CommandRequest,
  type DeviceId,
  type SupersedeRule,
} from '@downlink/command-domain';

/** One command as whoever reads the facts must take it to be. Written without the domain's own fold, on purpose. */
export interface AssumedCommand {
  readonly commandId: CommandId;
  readonly request: CommandRequest;
  readonly acceptedAt: number;
  readonly expiresAt: number | null;
  readonly position: number;
  status: AcceptedStatus;
  version: number;
  attempts: number;
  /** Attempts that were not put back. */
  tries: number;
  confirmed: number;
  waitUntil: number;
  putBack: boolean;
  deliveries: number;
  decisions: number;
  recorded: number;
  finishedAt: number | null;
  supersededBy: CommandId | null;
}

/** What is true of every command that was just accepted. */
export const ACCEPTED = {
  status: 'queued',
  attempts: 0,
  tries: 0,
  confirmed: 0,
  waitUntil: 0,
  putBack: false,
  deliveries: 0,
  decisions: 0,
  recorded: 0,
  finishedAt: null,
  supersededBy: null,
} as const;

/** What a lane is believed to be, from the signals and facts alone. */
export interface AssumedLane {
  /** `broker`: nobody listened when a command was tried, which holds for as long as that command is probed. */
  away: 'reported' | 'broker' | null;
  pausedUntil: number | null;
  blockedBy: string | null;
  turnPostponed: boolean;
  lastPosition: number;
}

/** All that is assumed at one moment. */
export interface Assumptions {
  readonly commands: ReadonlyMap<CommandId, AssumedCommand>;
  /** Idempotency keys by `keyName`, and what they stand for. */
  readonly keys: ReadonlyMap<string, { readonly commandId: CommandId; readonly digest: string }>;
  lane(deviceId: DeviceId): AssumedLane;
  queued(deviceId: DeviceId): AssumedCommand[];
  /** The queued commands that have to give way to one with this request. */
  givingWay(request: CommandRequest, rule: SupersedeRule): AssumedCommand[];
}

export const keyName = (applicationId: string, key: string): string => `${applicationId} ${key}`;

export const newAssumedLane = (): AssumedLane => ({
  away: null,
  pausedUntil: null,
  blockedBy: null,
  turnPostponed: false,
  lastPosition: 0,
});

export const isOver = ({ status }: Pick<AssumedCommand, 'status'>): boolean =>
  (FINAL_STATUSES as readonly string[]).includes(status);

export const takesTurns = ({ mode, policy }: CommandRequest): boolean =>
  mode === 'cached' || policy.immediate === 'join';

export const isInFlight = ({ status, request }: AssumedCommand): boolean =>
  (status === 'sending' || status === 'sent') && takesTurns(request);

/** The caller's one deadline over all others; infinite when there is none. */
export const lastCall = ({ request, acceptedAt }: Pick<AssumedCommand, 'request' | 'acceptedAt'>): number =>
  acceptedAt + (request.policy.finishWithinMs ?? Infinity);

/** The latest instant at which a punctual scheduler has brought the command to its end. */
export function latestEnd(command: AssumedCommand): number {
  const { firstWaitMs, maxRetransmit, waitJitter, answerWithinMs } = command.request.policy;
  const waits = Array.from({ length: 1 + maxRetransmit }, (_, n) => firstWaitMs * 2 ** n * (1 + waitJitter));
  const longest =
    command.expiresAt === null
      ? command.acceptedAt + waits.reduce((sum, wait) => sum + wait, 0)
      : command.expiresAt + waits.at(-1)!;
  return Math.min(longest + answerWithinMs + waits.length, lastCall(command));
}

import { givesWay, type CommandId, type DeviceId, type Lane, type Signal, type Submit } from '@downlink/command-domain';
import type { Head, Loaded, Queue } from './ports/command-store.port.js';

/**
 * Who stands in the queues in which a signal may touch others than the command that it names: all that are queued there and
 * concerned, and the commands of this unit of work.
 */
export class QueueMembers {
  private readonly members = new Map<DeviceId, Set<CommandId>>();

  /** @param heads the working copy of the unit of work, which is added to */
  constructor(private readonly heads: Map<CommandId, Head>) {}

  /** Loads the members: one look-up when any of the signals concerns a queue that is not empty, otherwise none. */
  async load(signals: readonly Signal[], loaded: Loaded): Promise<void> {
    const queues = signals.flatMap((signal) => queueOf(signal) ?? []);
    if (queues.length === 0) return;
    for (const { deviceId } of queues) this.members.set(deviceId, new Set());
    const stored = queues.filter(({ deviceId }) => loaded.lanes.get(deviceId)!.queued > 0);
    if (stored.length > 0) for (const head of await loaded.queuedOf(stored)) this.heads.set(head.commandId, head);
    for (const head of this.heads.values()) this.note(head);
  }

  /** The command is, or was, in its lane's queue. */
  note({ commandId, state }: Head): void {
    this.members.get(state.request.deviceId)?.add(commandId);
  }

  /** The queued commands that give way to this one, in lane order. */
  yieldingTo({ deviceId, request, supersedes }: Submit): Head[] {
    if (supersedes === undefined) return [];
    return this.queued(deviceId).filter(({ state }) => givesWay(state.request, request, supersedes));
  }

  /** The queued commands that do not outlive the presence of their device, in lane order. */
  notOutliving({ deviceId, unreachableSince }: Lane): Head[] {
    if (unreachableSince === null) return [];
    return this.queued(deviceId).filter(({ state }) => state.request.mode === 'immediate');
  }

  private queued(deviceId: DeviceId): Head[] {
    const heads = [...(this.members.get(deviceId) ?? [])].map((commandId) => this.heads.get(commandId)!);
    return heads
      .filter(({ state }) => state.status === 'queued')
      .toSorted((a, b) => a.state.lanePosition - b.state.lanePosition);
  }
}

function queueOf(signal: Signal): Queue | undefined {
  const { kind, deviceId } = signal;
  if (kind === 'submit' && signal.supersedes !== undefined)
    return { deviceId, applicationId: signal.request.applicationId, mode: null };
  const leaves = kind === 'device-unreachable' || (kind === 'broker-refused' && signal.reason === 'no-subscriber');
  return leaves ? { deviceId, applicationId: null, mode: 'immediate' } : undefined;
}

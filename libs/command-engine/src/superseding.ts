import { givesWay, type CommandId, type DeviceId, type Signal, type Submit } from '@downlink/command-domain';
import type { Head, Loaded } from './ports/command-store.port.js';

/** The commands of the lanes in which something may be superseded: all that are queued, and those of this unit of work. */
export class Superseding {
  private readonly members = new Map<DeviceId, Set<CommandId>>();

  /** @param heads the working copy of the unit of work, which is added to */
  constructor(private readonly heads: Map<CommandId, Head>) {}

  /** Loads the queues in question: one look-up when any of the signals supersedes, otherwise none. */
  async prepare(signals: readonly Signal[], loaded: Loaded): Promise<void> {
    const submissions = signals.filter((signal): signal is Submit => signal.kind === 'submit');
    const superseding = submissions.filter(({ supersedes }) => supersedes !== undefined);
    if (superseding.length === 0) return;
    for (const { deviceId } of superseding) this.members.set(deviceId, new Set());
    const queues = superseding.map(({ deviceId, request }) => ({ deviceId, applicationId: request.applicationId }));
    for (const head of await loaded.queuedOf(queues)) this.heads.set(head.commandId, head);
    for (const head of this.heads.values()) this.note(head);
  }

  /** The command is, or was, in its lane's queue. */
  note({ commandId, state }: Head): void {
    this.members.get(state.request.deviceId)?.add(commandId);
  }

  /** The queued commands that give way to this one, in lane order. */
  yieldingTo({ deviceId, request, supersedes }: Submit): Head[] {
    if (supersedes === undefined) return [];
    const heads = [...this.members.get(deviceId)!].map((commandId) => this.heads.get(commandId)!);
    return heads
      .filter(({ state }) => state.status === 'queued' && givesWay(state.request, request, supersedes))
      .toSorted((a, b) => a.state.lanePosition - b.state.lanePosition);
  }
}

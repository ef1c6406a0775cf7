import { isFinal, type AcceptedState, type CommandId } from '@downlink/command-domain';
import type { Head } from '@downlink/command-engine';

/** What a call waits for: the end of its command, or already that the device has received it. */
export type WaitedFor = 'final' | 'delivered';

type End = (head: Head | undefined) => void;

/** Whether a command in this state is what was waited for. */
export function isReached(state: AcceptedState, waitedFor: WaitedFor): boolean {
  return isFinal(state) || state.status === waitedFor;
}

/** Who waits for which command; several calls may wait for one. Whatever ends a wait leaves nothing behind. */
export class WaitingCalls {
  private readonly ends = new Map<CommandId, Map<End, WaitedFor>>();

  /** Commands that are waited for. */
  get size(): number {
    return this.ends.size;
  }

  has(commandId: CommandId): boolean {
    return this.ends.has(commandId);
  }

  commandIds(): CommandId[] {
    return [...this.ends.keys()];
  }

  /** Whether somebody waits for the device to have received this command. */
  awaitsDelivery(commandId: CommandId): boolean {
    return [...(this.ends.get(commandId)?.values() ?? [])].includes('delivered');
  }

  /** Resolves with what `end` brings, or with undefined when the time is over or the signal is aborted. */
  add(
    commandId: CommandId,
    { withinMs, signal, waitedFor = 'final' }: { withinMs: number; signal: AbortSignal; waitedFor?: WaitedFor },
  ): Promise<Head | undefined> {
    return new Promise((resolve) => {
      const give = (): void => end(undefined);
      const timer = setTimeout(give, withinMs);
      const end: End = (head) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', give);
        this.forget(commandId, end);
        resolve(head);
      };
      signal.addEventListener('abort', give, { once: true });
      const others = this.ends.get(commandId);
      if (others === undefined) this.ends.set(commandId, new Map([[end, waitedFor]]));
      else others.set(end, waitedFor);
    });
  }

  /** Ends the calls that wait for this command to be as it is now; says how many they were. */
  end(head: Head): number {
    const calls = [...(this.ends.get(head.commandId) ?? [])];
    const ends = calls.filter(([, waitedFor]) => isReached(head.state, waitedFor));
    for (const [end] of ends) end(head);
    return ends.length;
  }

  endAll(): void {
    for (const ends of this.ends.values()) for (const end of ends.keys()) end(undefined);
  }

  private forget(commandId: CommandId, end: End): void {
    const ends = this.ends.get(commandId);
    ends?.delete(end);
    if (ends?.size === 0) this.ends.delete(commandId);
  }
}

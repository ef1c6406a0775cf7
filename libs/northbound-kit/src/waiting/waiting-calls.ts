import type { CommandId } from '@downlink/command-domain';
import type { Head } from '@downlink/command-engine';

type End = (head: Head | undefined) => void;

/** Who waits for which command; several calls may wait for one. Whatever ends a wait leaves nothing behind. */
export class WaitingCalls {
  private readonly ends = new Map<CommandId, Set<End>>();

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

  /** Resolves with what `end` brings, or with undefined when the time is over or the signal is aborted. */
  add(commandId: CommandId, withinMs: number, signal: AbortSignal): Promise<Head | undefined> {
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
      if (others === undefined) this.ends.set(commandId, new Set([end]));
      else others.add(end);
    });
  }

  /** Ends the calls that wait for this command; says how many they were. */
  end(head: Head): number {
    const ends = [...(this.ends.get(head.commandId) ?? [])];
    for (const end of ends) end(head);
    return ends.length;
  }

  endAll(): void {
    for (const ends of this.ends.values()) for (const end of ends) end(undefined);
  }

  private forget(commandId: CommandId, end: End): void {
    const ends = this.ends.get(commandId);
    ends?.delete(end);
    if (ends?.size === 0) this.ends.delete(commandId);
  }
}

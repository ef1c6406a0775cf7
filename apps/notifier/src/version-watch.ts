import type { CommandId } from '@downlink/command-domain';
import { LRUCache } from 'lru-cache';

/** Commands under way that a notifier keeps in mind; one that is forgotten costs a look into its history, nothing else. */
const REMEMBERED = 200_000;

/**
 * Notices facts that overtook others. Two processes that publish facts of one command (the broker's confirmation here, the
 * device's answer there) may reach Kafka in the other order: its order is a convenience, the truth is the version.
 */
export class VersionWatch {
  private readonly last = new LRUCache<CommandId, number>({ max: REMEMBERED });

  /** The commands of this batch of which an earlier version is missing, or may be. Changes nothing. */
  gaps(facts: Iterable<VersionedFact>): CommandId[] {
    return [...versionsByCommand(facts)]
      .filter(([commandId, versions]) => !isGapless(this.last.get(commandId) ?? 0, versions))
      .map(([commandId]) => commandId);
  }

  /** Everything up to the versions of this batch is stored. */
  stored(facts: Iterable<VersionedFact>): void {
    for (const [commandId, versions] of versionsByCommand(facts)) {
      this.last.set(commandId, Math.max(this.last.get(commandId) ?? 0, ...versions));
    }
  }
}

interface VersionedFact {
  readonly commandId: CommandId;
  readonly version: number;
}

function versionsByCommand(facts: Iterable<VersionedFact>): Map<CommandId, number[]> {
  const versions = new Map<CommandId, number[]>();
  for (const { commandId, version } of facts) {
    const seen = versions.get(commandId);
    if (seen === undefined) versions.set(commandId, [version]);
    else seen.push(version);
  }
  return versions;
}

function isGapless(last: number, versions: readonly number[]): boolean {
  let known = last;
  for (const version of versions.toSorted((a, b) => a - b)) {
    if (version > known + 1) return false;
    known = Math.max(known, version);
  }
  return true;
}

import type { CommandId, DeviceId, Lane } from '@downlink/command-domain';
import type { Head, KeyUse, RecordedEvent } from '../ports/command-store.port.js';
import type { KeptDeadLetter, RawRecord } from '../ports/dead-letters.port.js';
import { SHARD_COUNT } from '../ports/shard-leases.port.js';

export interface InMemoryPointer {
  readonly commandId: CommandId;
  readonly version: number;
  readonly deviceId: DeviceId;
  readonly writtenAt: number;
}

/** What is kept of a dead letter; whether there is a lane is looked up when it is read. */
export interface InMemoryDeadLetter {
  readonly letter: Omit<KeptDeadLetter, 'hasLane'>;
  readonly record: RawRecord | undefined;
}

/** What the in-memory adapters share, for specs: nothing survives the process. */
export class InMemoryDatabase {
  /** ms since 1970; a spec may set it. */
  clock: () => number = Date.now;
  readonly heads = new Map<CommandId, Head>();
  readonly histories = new Map<CommandId, RecordedEvent[]>();
  readonly lanes = new Map<DeviceId, Lane>();
  /** The latest attempt claimed for publishing. */
  readonly claims = new Map<CommandId, number>();
  /** By application and key. */
  readonly keys = new Map<string, KeyUse>();
  /** By `id:version`, in the order of writing. */
  readonly pointers = new Map<string, InMemoryPointer>();
  /** By id. */
  readonly deadLetters = new Map<string, InMemoryDeadLetter>();
  private readonly tails = new Map<DeviceId, Promise<void>>();

  /** Does the work when nobody else holds one of these lanes; taken in id order, so that two never wait for each other. */
  async locked<T>(deviceIds: readonly DeviceId[], work: () => Promise<T>): Promise<T> {
    const releases: (() => void)[] = [];
    try {
      for (const deviceId of [...new Set(deviceIds)].sort()) releases.push(await this.lock(deviceId));
      return await work();
    } finally {
      for (const release of releases) release();
    }
  }

  private async lock(deviceId: DeviceId): Promise<() => void> {
    const before = this.tails.get(deviceId);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.tails.set(deviceId, held);
    await before;
    return release;
  }
}

/** Any stable spread will do, because nothing is kept. */
export function inMemoryShardOf(deviceId: DeviceId): number {
  let hash = 0;
  for (const character of deviceId) hash = (hash * 31 + character.codePointAt(0)!) % 1_000_003;
  return hash % SHARD_COUNT;
}

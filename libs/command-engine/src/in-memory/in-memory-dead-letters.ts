import type { DeviceId } from '@downlink/command-domain';
import {
  MAX_RECORD_BYTES,
  type DeadLetterQuery,
  type DeadLetters,
  type KeptDeadLetter,
  type NewDeadLetter,
  type RawRecord,
} from '../ports/dead-letters.port.js';
import { sizeOfRecord } from '../size-of-record.js';
import type { InMemoryDatabase, InMemoryDeadLetter } from './in-memory-database.js';

export class InMemoryDeadLetters implements DeadLetters {
  constructor(
    private readonly database: InMemoryDatabase,
    /** Whose device it is. */
    private readonly ownerOf: (deviceId: DeviceId) => string | undefined = () => undefined,
  ) {}

  async keep({ group, record, ...given }: NewDeadLetter): Promise<KeptDeadLetter> {
    const { deadLetters, clock } = this.database;
    const same = [...deadLetters.values()].find(({ letter }) => isSameRecord(letter.origin, given.origin));
    if (same === undefined) {
      const size = sizeOfRecord(record);
      const replayable = size <= MAX_RECORD_BYTES;
      const letter = {
        ...given,
        id: String(deadLetters.size + 1),
        groups: [group],
        size,
        replayable,
        state: 'open' as const,
        reason: null,
        createdAt: clock(),
        settledAt: null,
      };
      return this.put({ letter, record: replayable ? record : undefined });
    }
    if (same.letter.groups.includes(group)) return this.seen(same);
    const reopened = { state: 'open', reason: null, settledAt: null } as const;
    const groups = [...same.letter.groups, group];
    const attempts = Math.max(same.letter.attempts, given.attempts);
    const { error } = given;
    const over = same.letter.state === 'discarded' ? reopened : {};
    return this.put({ ...same, letter: { ...same.letter, groups, attempts, error, ...over } });
  }

  async find(id: string, applicationId?: string): Promise<KeptDeadLetter | undefined> {
    const found = this.database.deadLetters.get(id);
    return found && this.isVisible(found, applicationId) ? this.seen(found) : undefined;
  }

  async search({ applicationId, deviceId, state, after, limit }: DeadLetterQuery): Promise<KeptDeadLetter[]> {
    return [...this.database.deadLetters.values()]
      .filter((kept) => this.isVisible(kept, applicationId))
      .filter(({ letter }) => deviceId === undefined || letter.deviceId === deviceId)
      .filter(({ letter }) => state === undefined || letter.state === state)
      .filter(({ letter }) => after === undefined || Number(letter.id) < Number(after))
      .toSorted((a, b) => Number(b.letter.id) - Number(a.letter.id))
      .slice(0, limit)
      .map((kept) => this.seen(kept));
  }

  async record(id: string): Promise<RawRecord | undefined> {
    return this.database.deadLetters.get(id)?.record;
  }

  async settle(id: string, how: Parameters<DeadLetters['settle']>[1]): Promise<KeptDeadLetter | undefined> {
    const kept = this.database.deadLetters.get(id);
    if (kept === undefined) return undefined;
    if (kept.letter.state !== 'open') return this.seen(kept);
    const settled = { state: how.state, reason: how.reason ?? null, settledAt: this.database.clock() };
    return this.put({ ...kept, letter: { ...kept.letter, ...settled } });
  }

  private put(kept: InMemoryDeadLetter): KeptDeadLetter {
    this.database.deadLetters.set(kept.letter.id, kept);
    return this.seen(kept);
  }

  private seen({ letter }: InMemoryDeadLetter): KeptDeadLetter {
    return { ...letter, hasLane: letter.deviceId !== null && this.database.lanes.has(letter.deviceId) };
  }

  private isVisible({ letter }: InMemoryDeadLetter, applicationId: string | undefined): boolean {
    if (applicationId === undefined) return true;
    return letter.deviceId !== null && this.ownerOf(letter.deviceId) === applicationId;
  }
}

function isSameRecord(a: KeptDeadLetter['origin'], b: KeptDeadLetter['origin']): boolean {
  return a.topic === b.topic && a.partition === b.partition && a.offset === b.offset && a.recordedAt === b.recordedAt;
}

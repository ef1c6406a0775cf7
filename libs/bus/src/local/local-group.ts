import type { IncomingRecord } from '../delivery/incoming-record.js';

/** A record on its way to one group. */
export interface LocalEntry {
  readonly record: IncomingRecord;
  readonly partition: number;
  /** Says that the group's effect is durable. */
  done(): void;
}

export interface LocalMember {
  take(entries: readonly LocalEntry[]): void;
}

/** Shares records among the members of a group; a partition changes hands only when none of its records is under way. */
export class LocalGroup {
  #members: LocalMember[] = [];
  #backlog: LocalEntry[] = [];
  readonly #underWay = new Map<number, { member: LocalMember; count: number }>();

  offer(entries: readonly LocalEntry[]): void {
    if (this.#members.length === 0) {
      this.#backlog.push(...entries);
      return;
    }
    const shares = new Map<LocalMember, LocalEntry[]>();
    for (const entry of entries) {
      const owner = this.#assign(entry.partition);
      const share = shares.get(owner);
      if (share === undefined) shares.set(owner, [entry]);
      else share.push(entry);
    }
    for (const [member, share] of shares) member.take(share);
  }

  join(member: LocalMember): void {
    this.#members.push(member);
    this.offer(this.#backlog.splice(0));
  }

  /** No partition is given to the member any more; those with records under way stay with it until it `returns` them. */
  leave(member: LocalMember): void {
    this.#members = this.#members.filter((other) => other !== member);
  }

  /** What a member that left did not finish. */
  giveBack(member: LocalMember, unfinished: readonly LocalEntry[]): void {
    for (const [partition, { member: owner }] of this.#underWay) {
      if (owner === member) this.#underWay.delete(partition);
    }
    this.offer(unfinished);
  }

  finished(member: LocalMember, entries: readonly LocalEntry[]): void {
    for (const { partition } of entries) {
      const work = this.#underWay.get(partition);
      // After a give-back the partition may be somebody else's.
      if (work?.member !== member) continue;
      work.count -= 1;
      if (work.count === 0) this.#underWay.delete(partition);
    }
    for (const entry of entries) entry.done();
  }

  #assign(partition: number): LocalMember {
    const work = this.#underWay.get(partition);
    if (work !== undefined) {
      work.count += 1;
      return work.member;
    }
    const member = this.#members[partition % this.#members.length]!;
    this.#underWay.set(partition, { member, count: 1 });
    return member;
  }
}

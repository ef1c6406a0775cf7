import type { ShardLeases } from '../ports/shard-leases.port.js';

interface Group {
  /** Until when each owner counts as alive. */
  readonly replicas: Map<string, number>;
  readonly leases: Map<number, { owner: string; expiresAt: number }>;
}

/** Shard leases of one process's memory, for tests. `now` plays the database's clock. */
export class InMemoryShardLeases implements ShardLeases {
  private readonly groups = new Map<string, Group>();

  constructor(private readonly now: () => number = Date.now) {}

  heartbeat(claim: { group: string; owner: string; shardCount: number; ttlMs: number }): Promise<number[]> {
    const { owner, shardCount, ttlMs } = claim;
    const { replicas, leases } = this.group(claim.group);
    const now = this.now();
    replicas.set(owner, now + ttlMs);
    const live = [...replicas.values()].filter((expiresAt) => expiresAt > now).length;
    const share = Math.ceil(shardCount / live);
    const all = Array.from({ length: shardCount }, (_, shard) => shard);
    const own = all.filter((shard) => leases.get(shard)?.owner === owner);
    const free = all.filter((shard) => (leases.get(shard)?.expiresAt ?? 0) <= now && !own.includes(shard));
    const held = [...own, ...free].slice(0, share);
    for (const shard of own) leases.delete(shard);
    for (const shard of held) leases.set(shard, { owner, expiresAt: now + ttlMs });
    return Promise.resolve(held.toSorted((one, other) => one - other));
  }

  release(group: string, owner: string): Promise<void> {
    const { replicas, leases } = this.group(group);
    replicas.delete(owner);
    for (const [shard, lease] of leases) if (lease.owner === owner) leases.delete(shard);
    return Promise.resolve();
  }

  private group(name: string): Group {
    const group = this.groups.get(name) ?? { replicas: new Map(), leases: new Map() };
    this.groups.set(name, group);
    return group;
  }
}

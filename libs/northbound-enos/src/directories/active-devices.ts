import type { Device } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { LRUCache } from 'lru-cache';

/**
 * Which devices are active: those that were registered so, and those that have shown themselves since, which no device takes
 * back. Only of a device that is neither is the store asked, and each time, so that its first sign of life counts at once.
 */
export class ActiveDevices {
  private readonly seen = new LRUCache<string, true>({ max: 10_000 });

  constructor(private readonly ports: Pick<NorthboundPorts, 'registry'>) {}

  async isActive({ id, applicationId, activated }: Device): Promise<boolean> {
    if (activated || this.seen.has(id)) return true;
    const query = { applicationId, ids: [id], presence: 'never-seen', offset: 0, limit: 1 } as const;
    const { total } = await this.ports.registry.searchDevices(query);
    if (total === 0) this.seen.set(id, true);
    return total === 0;
  }
}

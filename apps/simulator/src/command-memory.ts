import { LRUCache } from 'lru-cache';

/** What devices have executed, as their flash would keep it: it outlives connections, and whoever holds it may hand it to the next fleet. */
export class CommandMemory {
  private readonly known: LRUCache<string, true>;

  /** @param most commands of all devices together; the oldest are forgotten */
  constructor(most = 500_000) {
    this.known = new LRUCache({ max: most });
  }

  knows(deviceId: string, key: string): boolean {
    return this.known.has(`${deviceId}/${key}`);
  }

  keep(deviceId: string, key: string): void {
    this.known.set(`${deviceId}/${key}`, true);
  }
}

import type { Registry } from '@downlink/command-engine';
import { LRUCache } from 'lru-cache';

/** A registered device is believed in for a minute, an unknown one for five seconds: it may be registered any moment. */
const KNOWN_MS = 60_000;
const UNKNOWN_MS = 5_000;

/** Says which devices exist, without a query a message. */
export function knownDevices(registry: Pick<Registry, 'devices'>): (ids: readonly string[]) => Promise<boolean[]> {
  const cache = new LRUCache<string, boolean>({ max: 200_000, ttl: KNOWN_MS });
  return async (ids) => {
    const unseen = [...new Set(ids.filter((id) => cache.get(id) === undefined))];
    const found = unseen.length === 0 ? undefined : await registry.devices(unseen);
    for (const id of unseen) cache.set(id, found!.has(id), { ttl: found!.has(id) ? KNOWN_MS : UNKNOWN_MS });
    const news = new Map(unseen.map((id) => [id, found!.has(id)]));
    return ids.map((id) => news.get(id) ?? cache.get(id) ?? false);
  };
}

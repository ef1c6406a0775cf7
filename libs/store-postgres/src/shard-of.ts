import { crc32 } from 'node:zlib';
import { SHARD_COUNT } from '@downlink/command-engine';
import type { DeviceId } from '@downlink/command-domain';

/**
 * The shard (0..63) that a device belongs to, for ever: rows carry it, so it must never change. The only place that
 * computes it. CRC-32 (ISO 3309) because it is a standard, built into Node, and spreads short similar texts evenly;
 * Postgres's own hash functions promise nothing across major versions.
 */
export function shardOf(deviceId: DeviceId): number {
  return crc32(deviceId) % SHARD_COUNT;
}

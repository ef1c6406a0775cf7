import { isJsonObject, type JsonObject } from '@downlink/command-domain';
import type { Device, Product } from '@downlink/command-engine';

/** What this dialect keeps of a product or device beside the canonical members. */
export function enosAttributes({ attributes }: Pick<Device | Product, 'attributes'>): JsonObject {
  const own = attributes['enos'];
  return isJsonObject(own) ? own : {};
}

/** Of a device that was not registered through EnOS: UTC. */
const DEFAULT_TIMEZONE = '+00:00';

export function timezoneOf(device: Device): string {
  const { timezone } = enosAttributes(device);
  return typeof timezone === 'string' ? timezone : DEFAULT_TIMEZONE;
}

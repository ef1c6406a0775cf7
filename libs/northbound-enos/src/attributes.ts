import { isJsonObject, type JsonObject } from '@downlink/command-domain';
import type { Device, Product } from '@downlink/command-engine';
import { z } from 'zod';
import { name18n, tags } from './wire/fields.js';

/** What this dialect keeps of a product beside the canonical members; each has a value for products that others made. */
const productAttributes = z.object({
  name: name18n.optional().catch(undefined),
  desc: z.string().catch(''),
  type: z.string().catch('Device'),
  dataFormat: z.string().catch('Json'),
  tags: tags.catch({}),
  biDirectionalAuth: z.boolean().catch(false),
  dynamicActivateEnabled: z.boolean().catch(false),
  modelId: z.string().optional().catch(undefined),
  updatedAt: z.number().optional().catch(undefined),
});

/** The same of a device. Without a timezone of its own it is in UTC. */
const deviceAttributes = z.object({
  name: name18n.optional().catch(undefined),
  desc: z.string().nullable().catch(null),
  timezone: z.string().catch('+00:00'),
  attributes: z.custom<JsonObject>(isJsonObject).catch({}),
  tags: tags.catch({}),
});

export type ProductAttributes = z.output<typeof productAttributes>;
export type DeviceAttributes = z.output<typeof deviceAttributes>;

export function attributesOfProduct(product: Product): ProductAttributes {
  return productAttributes.parse(own(product));
}

export function attributesOfDevice(device: Device): DeviceAttributes {
  return deviceAttributes.parse(own(device));
}

/** What can be kept as JSON: members that are left out are not there. */
export function withoutUndefined(members: object): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as JsonObject;
}

function own({ attributes }: Pick<Device | Product, 'attributes'>): JsonObject {
  const kept = attributes['enos'];
  return isJsonObject(kept) ? kept : {};
}

import { z } from 'zod';
import { applicationId, deviceId, optional, productKey, text } from '../wire/fields.js';
import { modelSchema } from './model-schema.js';

const credential = text(256);

/** A member that the file format knows and this version cannot honour yet: refused, never dropped in silence. */
const notYet = (what: string) => z.undefined({ error: `${what}: not supported yet` }).optional();

/** The formats that the dispatcher has codecs for. */
export const WIRE_FORMATS = ['native', 'huawei'] as const;

export const applicationEntry = z.strictObject({
  id: applicationId,
  name: optional(text(256)),
  native: optional(z.strictObject({ key: credential })),
  huawei: optional(z.strictObject({ secret: credential })),
  enos: optional(z.strictObject({ orgId: credential, appKey: credential, appSecret: credential })),
  quectel: optional(z.strictObject({ accessKey: credential, accessSecret: credential })),
  authorisedBy: optional(z.array(z.string()).max(0, { message: 'not supported yet' })),
  quotas: optional(z.strictObject({ callsPerMinute: optional(z.literal(0, { error: 'quotas: not supported yet' })) })),
});

export const productEntry = z.strictObject({
  key: productKey,
  application: applicationId,
  name: optional(text(256)),
  wireFormat: z.enum(WIRE_FORMATS),
  lateAnswers: optional(z.enum(['record', 'accept'])),
  model: optional(modelSchema),
  secret: notYet("a product's secret"),
  huaweiProfile: notYet("the vendor's own model"),
  enosThingModel: notYet("the vendor's own model"),
  quectelTsl: notYet("the vendor's own model"),
});

export const deviceEntry = z.strictObject({
  id: deviceId,
  application: applicationId,
  product: productKey,
  name: optional(text(256)),
  secret: optional(credential),
  activated: optional(z.boolean()),
  key: notYet("an EnOS or Quectel device's key"),
  assetId: notYet('an EnOS asset'),
});

/** The provisioning file. Sections that are left out are empty. */
export const provisionFile = z.strictObject({
  applications: z.array(applicationEntry).default([]),
  products: z.array(productEntry).default([]),
  devices: z.array(deviceEntry).default([]),
});

export type ApplicationEntry = z.output<typeof applicationEntry>;
export type ProductEntry = z.output<typeof productEntry>;
export type DeviceEntry = z.output<typeof deviceEntry>;

import type { Json } from '@downlink/command-domain';
import { z } from 'zod';
import { applicationId, deviceId, id, integer, optional, productKey, spelled, text } from '../wire/fields.js';
import { modelSchema } from './model-schema.js';

const credential = text(256);

/** Huawei's nodeId is the longest of the vendors' names. */
const deviceKey = id(256);

/** The formats that the dispatcher has codecs for. */
export const WIRE_FORMATS = ['native', 'huawei', 'enos', 'quectel'] as const;

const wireFormat = z.enum(WIRE_FORMATS, { error: `expected one of ${WIRE_FORMATS.join(', ')}` });

/** `service.method`, `service.*` or `*`. */
const pattern = text(257).regex(/^(\*|.+\..+)$/su, { message: 'expected service.method, service.* or *' });
const patterns = optional(z.array(pattern).max(1_000));

/** Of two members that make one credential both are given, or both are left to be made. */
const together = (first: string, second: string): [(value: object) => boolean, { path: string[]; message: string }] => [
  (value) =>
    (value as Record<string, unknown>)[first] === undefined || (value as Record<string, unknown>)[second] !== undefined,
  { path: [second], message: `is left out, and ${first} is not` },
];
const bothOrNeither = <T extends z.ZodType<object>>(schema: T, first: string, second: string) =>
  schema.refine(...together(first, second)).refine(...together(second, first));

export const applicationEntry = z.strictObject({
  id: optional(applicationId),
  name: optional(text(256)),
  native: optional(z.strictObject({ key: optional(credential) })),
  huawei: optional(z.strictObject({ secret: optional(credential) })),
  enos: optional(
    bothOrNeither(
      z.strictObject({ orgId: credential, appKey: optional(credential), appSecret: optional(credential) }),
      'appKey',
      'appSecret',
    ),
  ),
  quectel: optional(
    bothOrNeither(
      z.strictObject({ accessKey: optional(credential), accessSecret: optional(credential) }),
      'accessKey',
      'accessSecret',
    ),
  ),
  authorisedBy: optional(z.array(applicationId).max(1_000)),
  quotas: optional(z.strictObject({ callsPerMinute: optional(integer(0, 1_000_000_000)) })),
  methods: optional(z.strictObject({ allow: patterns, deny: patterns })),
});

const document = spelled(
  z.custom<Json>((value) => value !== undefined),
  {},
);

/** What its devices take on the wire. */
const quectelProduct = z.strictObject({ payload: z.enum(['json', 'ttlv']) });

export const productEntry = z.strictObject({
  key: optional(productKey),
  application: applicationId,
  name: optional(text(256)),
  wireFormat,
  lateAnswers: optional(z.enum(['record', 'accept'])),
  secret: optional(credential),
  model: optional(modelSchema),
  huaweiProfile: optional(document),
  enosThingModel: optional(document),
  quectelTsl: optional(document),
  quectel: optional(quectelProduct),
});

export const deviceEntry = z.strictObject({
  id: optional(deviceId),
  application: applicationId,
  product: productKey,
  name: optional(text(256)),
  secret: optional(credential),
  activated: optional(z.boolean()),
  key: optional(deviceKey),
  assetId: optional(text(256)),
});

/** The provisioning file. Sections that are left out are empty. */
export const provisionFile = z.strictObject({
  applications: z
    .array(applicationEntry)
    .nullish()
    .transform((entries) => entries ?? []),
  products: z
    .array(productEntry)
    .nullish()
    .transform((entries) => entries ?? []),
  devices: z
    .array(deviceEntry)
    .nullish()
    .transform((entries) => entries ?? []),
});

export type ApplicationEntry = z.output<typeof applicationEntry>;
export type ProductEntry = z.output<typeof productEntry>;
export type DeviceEntry = z.output<typeof deviceEntry>;

/** What is declared together, as it was written. */
export interface ProvisionEntries {
  readonly applications: readonly ApplicationEntry[];
  readonly products: readonly ProductEntry[];
  readonly devices: readonly DeviceEntry[];
}

import { z } from 'zod';
import { optional, text } from '../wire/fields.js';

const TEXT = 256;

/** A number, or its decimal digits as the vendor's own exports have it; an empty text is none. */
const numeric = z
  .unknown()
  .optional()
  .transform((value, context): number | undefined => {
    if (value === undefined || value === null || value === '') return undefined;
    const number = typeof value === 'string' && /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    context.addIssue({ code: 'custom', message: 'expected a number' });
    return z.NEVER;
  });

const count = numeric.refine((value) => value === undefined || (Number.isInteger(value) && value >= 0), {
  message: 'expected a whole number from 0',
});

const flag = z
  .unknown()
  .optional()
  .transform((value, context): boolean => {
    if (value === undefined || value === null) return false;
    if (typeof value === 'boolean') return value;
    if (value === 'true' || value === 'false') return value === 'true';
    context.addIssue({ code: 'custom', message: 'expected true or false' });
    return z.NEVER;
  });

const listOf = <T extends z.ZodType>(item: T) => optional(z.array(item)).transform((list) => list ?? []);

const typed = {
  dataType: text(TEXT),
  required: flag,
  min: numeric,
  max: numeric,
  step: numeric,
  maxLength: count,
  unit: optional(z.string().max(TEXT)),
  enumList: listOf(z.union([z.string().max(TEXT), z.number()])),
};

const para = z.object({ paraName: text(TEXT), ...typed });
const property = z.object({
  propertyName: text(TEXT),
  ...typed,
  /** R readable, W writable, E reported by the device. */
  method: text(8).regex(/^[RWErwe]+$/, { message: 'expected letters of R, W and E' }),
});
const response = z.object({ responseName: text(TEXT), paras: listOf(para) });
const command = z.object({ commandName: text(TEXT), paras: listOf(para), responses: listOf(response) });

/** An entry of `services` in a servicetype-capability.json. Members that the vendor does not have are ignored. */
export const serviceSchema = z.object({
  serviceType: text(TEXT),
  description: optional(z.string().max(10_240)),
  commands: listOf(command),
  properties: listOf(property),
});

const OPTIONS = ['Master', 'Mandatory', 'Optional'];

/** An entry of `devices` in a devicetype-capability.json. */
export const deviceTypeSchema = z.object({
  manufacturerId: text(TEXT),
  manufacturerName: text(TEXT),
  model: text(TEXT),
  protocolType: text(TEXT),
  deviceType: text(TEXT),
  serviceTypeCapabilities: listOf(
    z.object({
      serviceId: text(64),
      serviceType: text(TEXT),
      option: optional(
        z.string().refine((value) => OPTIONS.includes(value), { message: `expected one of ${OPTIONS.join(', ')}` }),
      ),
    }),
  ),
});

export type ServiceCapability = z.output<typeof serviceSchema>;
export type CommandCapability = ServiceCapability['commands'][number];
export type ParaCapability = CommandCapability['paras'][number];
export type PropertyCapability = ServiceCapability['properties'][number];
export type DeviceTypeCapability = z.output<typeof deviceTypeSchema>;

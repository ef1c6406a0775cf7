import { z } from 'zod';
import { boolean, name18n, optional, tags, text, type Name18n } from './fields.js';

const described = {
  productName: name18n,
  productDesc: optional(z.string().max(1024)),
  productTags: optional(tags),
  biDirectionalAuth: boolean,
  dynamicActivateEnabled: optional(boolean),
};

/** EnOS, Create Product. */
export const createProductBody = z.object({
  ...described,
  modelId: text(256),
  dataFormat: z.enum(['Custom', 'Json'], { error: 'expected Custom or Json' }),
  productType: z.enum(['Device', 'Gateway'], { error: 'expected Device or Gateway' }),
});

/** EnOS, Update Product: format, type and model stay. */
export const updateProductBody = z.object(described);

/** A product as EnOS shows it (Get Product, Product Struct). */
export type ProductStruct = {
  readonly orgId: string | null;
  readonly productKey: string;
  readonly productName: Name18n;
  readonly productSecret: string | null;
  readonly productDesc: string;
  readonly productType: string;
  readonly dataFormat: string;
  readonly productTags: Record<string, string>;
  readonly modelId: string | null;
  /** The vendor spells it in two ways. */
  readonly dynamicActivateEnabled: boolean;
  readonly dynamicActiveEnabled: boolean;
  readonly biDirectionalAuth: boolean;
  readonly createBy: null;
  /** ms since 1970 */
  readonly createTime: number;
  readonly updateBy: null;
  readonly updateTime: number;
  readonly defaultValidDay: null;
  readonly maxValidDay: null;
};

import type { Application, Device, Product } from '@downlink/command-engine';
import { z } from 'zod';
import { modelSchema } from '../provisioning/model-schema.js';
import { count, timestamp } from './command-answer.js';
import { isoTime } from './command-view.js';
import { jsonObject } from './fields.js';
import { listOf } from './page-query.js';

export const applicationAnswer = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    orgId: z.string().nullable(),
    /** Applications that let this one act for them. */
    authorisedBy: z.array(z.string()),
    quotas: z.strictObject({ callsPerMinute: count }),
    methods: z.strictObject({ allow: z.array(z.string()), deny: z.array(z.string()) }),
    createdAt: timestamp,
  })
  .meta({ id: 'Application' });

const secret = z.string();

/** Credentials that were made: shown in this answer and never again. */
export const madeCredentials = {
  native: z.strictObject({ key: secret }).optional(),
  huawei: z.strictObject({ secret }).optional(),
  enos: z.strictObject({ orgId: z.string(), appKey: z.string(), appSecret: secret }).optional(),
  quectel: z.strictObject({ accessKey: z.string(), accessSecret: secret }).optional(),
};

export const declaredApplicationAnswer = applicationAnswer.extend(madeCredentials).meta({ id: 'DeclaredApplication' });

export const applicationListAnswer = listOf(applicationAnswer);

export function applicationView(application: Application): z.output<typeof applicationAnswer> {
  const { id, name, orgId, authorisedBy, callsPerMinute, methods, createdAt } = application;
  return {
    id,
    name,
    orgId,
    authorisedBy: [...authorisedBy],
    quotas: { callsPerMinute },
    methods: { allow: [...methods.allow], deny: [...methods.deny] },
    createdAt: isoTime(createdAt),
  };
}

/** Told in the words in which it is taken. */
export const modelAnswer = modelSchema.meta({ id: 'ProductModel' });

export const productAnswer = z
  .strictObject({
    key: z.string(),
    application: z.string(),
    name: z.string(),
    wireFormat: z.string(),
    model: modelAnswer.nullable(),
    /** 0 without a model; a changed model is the next version. */
    modelVersion: count,
    /** The vendor's form that the model was read from. */
    modelSource: z.string().nullable(),
    lateAnswers: z.enum(['record', 'accept']),
    createdAt: timestamp,
  })
  .meta({ id: 'Product' });

/** With the secret, where one was made: it is shown in this answer and never again. */
export const declaredProductAnswer = productAnswer
  .extend({ secret: secret.optional() })
  .meta({ id: 'DeclaredProduct' });

export const productModelAnswer = z
  .strictObject({ product: z.string(), version: count, model: modelAnswer })
  .meta({ id: 'ModelVersion' });

export const productListAnswer = listOf(productAnswer);

export function productView(product: Product): z.output<typeof productAnswer> {
  const { key, applicationId, name, wireFormat, model, modelVersion, modelSource, lateAnswers, createdAt } = product;
  return {
    key,
    application: applicationId,
    name,
    wireFormat,
    model,
    modelVersion,
    modelSource: modelSource?.format ?? null,
    lateAnswers,
    createdAt: isoTime(createdAt),
  };
}

export const deviceAnswer = z
  .strictObject({
    id: z.string(),
    application: z.string(),
    product: z.string(),
    wireFormat: z.string(),
    name: z.string(),
    /** Its name within its product, as EnOS and Quectel have it. */
    key: z.string().nullable(),
    assetId: z.string().nullable(),
    attributes: jsonObject,
    activated: z.boolean(),
    createdAt: timestamp,
  })
  .meta({ id: 'Device' });

/** With the secret, where one was made: it is shown in this answer and never again. */
export const declaredDeviceAnswer = deviceAnswer
  .extend({ secret: z.string().optional() })
  .meta({ id: 'DeclaredDevice' });

export const deviceListAnswer = listOf(deviceAnswer);

export function deviceView(device: Device): z.output<typeof deviceAnswer> {
  const { id, applicationId, productKey, wireFormat, name, key, assetId, attributes, activated, createdAt } = device;
  return {
    id,
    application: applicationId,
    product: productKey,
    wireFormat,
    name,
    key,
    assetId,
    attributes,
    activated,
    createdAt: isoTime(createdAt),
  };
}

import { z } from 'zod';
import { integer, optionalQuery, requiredQuery, text } from './fields.js';

const MAX_NAME = 256;

/** Every call names the organization that it is about. */
export const organization = z.object({ orgId: requiredQuery(MAX_NAME) });

/** A device by its asset, or by its product and key (EnOS, How to specify a device). */
const device = {
  assetId: optionalQuery(text(MAX_NAME)),
  productKey: optionalQuery(text(MAX_NAME)),
  deviceKey: optionalQuery(text(MAX_NAME)),
};

export const deviceQuery = z.object({ ...organization.shape, ...device });
export type DeviceSelector = Pick<z.output<typeof deviceQuery>, 'assetId' | 'productKey' | 'deviceKey'>;

export const MAX_PENDING_SECONDS = 172_800;
export const MAX_TIMEOUT_SECONDS = 60;
export const DEFAULT_TIMEOUT_SECONDS = 30;

const delivery = {
  pendingTtl: optionalQuery(integer(0, MAX_PENDING_SECONDS)).transform((seconds) => seconds ?? 0),
  timeout: optionalQuery(integer(1, MAX_TIMEOUT_SECONDS)).transform((seconds) => seconds ?? DEFAULT_TIMEOUT_SECONDS),
};

/** EnOS, Invoke Service. */
export const invokeServiceQuery = z.object({ ...deviceQuery.shape, ...delivery, serviceId: requiredQuery(MAX_NAME) });
/** EnOS, Set Measurement Point. */
export const setMeasurepointQuery = z.object({
  ...deviceQuery.shape,
  ...delivery,
  measurepointId: requiredQuery(MAX_NAME),
});
/** How long a command may wait to be sent and, once sent, for its answer; seconds. */
export type DeliveryWish = Pick<z.output<typeof invokeServiceQuery>, 'pendingTtl' | 'timeout'>;

/** EnOS, Get Command; Cancel Command, where the id may be left out. */
export const getCommandQuery = z.object({ ...deviceQuery.shape, commandId: requiredQuery(MAX_NAME) });
export const cancelCommandQuery = z.object({ ...deviceQuery.shape, commandId: optionalQuery(text(MAX_NAME)) });

export const productQuery = z.object({ ...organization.shape, productKey: requiredQuery(MAX_NAME) });
export const modelQuery = z.object({ ...organization.shape, modelId: requiredQuery(MAX_NAME) });

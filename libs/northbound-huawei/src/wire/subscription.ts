import type { Subscription } from '@downlink/command-engine';
import { z } from 'zod';
import { callbackUrl, integer, optional, optionalQuery, text } from './fields.js';

/** What is ever pushed to a subscriber here: both are about commands of sendCommand. */
export const PUSHED_TYPES = ['messageConfirm', 'commandRsp'] as const;
export type PushedType = (typeof PUSHED_TYPES)[number];

/**
 * Every notification type of Huawei, Subscribing to Service Data v1.2.0, and of its SDKs. Applications subscribe to several at their
 * start, so all are taken; of those that are not in PUSHED_TYPES nothing ever comes, because the platform keeps no device data.
 */
export const NOTIFY_TYPES = [
  ...PUSHED_TYPES,
  'deviceAdded',
  'bindDevice',
  'deviceInfoChanged',
  'deviceDataChanged',
  'deviceDatasChanged',
  'deviceCapabilitiesChanged',
  'deviceCapabilitiesAdded',
  'deviceCapabilitiesDeleted',
  'deviceDeleted',
  'deviceEvent',
  'serviceInfoChanged',
  'ruleEvent',
  'deviceModelAdded',
  'deviceModelDeleted',
  'deviceDesiredPropertiesModifyStatusChanged',
  'swUpgradeStateChangeNotify',
  'swUpgradeResultNotify',
  'fwUpgradeStateChangeNotify',
  'fwUpgradeResultNotify',
] as const;

/** Unknown members and the query parameter `ownerFlag` are ignored. */
export const subscribeBody = z.object({ appId: optional(text(64)), notifyType: z.enum(NOTIFY_TYPES), callbackUrl });

const MAX_PAGE_SIZE = 1000;

/** Huawei, Querying Subscriptions in Batches v1.2.0: pages of 10 unless they say otherwise. */
export const querySubscriptionsQuery = z
  .object({
    appId: optionalQuery(text(256)),
    notifyType: optionalQuery(text(256)),
    pageNo: optionalQuery(integer(0, 2_147_483_647)),
    pageSize: optionalQuery(integer(1, MAX_PAGE_SIZE)),
  })
  .transform((query) => ({ ...query, pageNo: query.pageNo ?? 0, pageSize: query.pageSize ?? 10 }));

/** Huawei, Deleting Subscriptions in Batches v1.2.0. */
export const deleteSubscriptionsQuery = z.object({
  appId: optionalQuery(text(256)),
  notifyType: optionalQuery(text(256)),
  callbackUrl: optionalQuery(text(1024)),
});

export interface SubscriptionResource {
  readonly subscriptionId: string;
  readonly notifyType: string;
  readonly callbackUrl: string;
}

export function toSubscriptionResource({ id, topic, url }: Subscription): SubscriptionResource {
  return { subscriptionId: id, notifyType: topic, callbackUrl: url };
}

import type { Subscription } from '@downlink/command-engine';

/** A row of `subscription` as pg gives it: bigint comes as text. */
export interface SubscriptionRow {
  id: string;
  application_id: string;
  topic: string;
  url: string;
  created_at: string;
}

export const SUBSCRIPTION_COLUMNS = 'id, application_id, topic, url, created_at';

export function subscriptionOf({ id, application_id, topic, url, created_at }: SubscriptionRow): Subscription {
  return { id, applicationId: application_id, topic, url, createdAt: Number(created_at) };
}

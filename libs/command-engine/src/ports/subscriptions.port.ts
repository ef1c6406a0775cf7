/** The wish of an application to hear of everything of one kind. Times are ms since 1970, database time. */
export interface Subscription {
  /** A UUID (version 7: ordered by time), in lower case with hyphens. */
  readonly id: string;
  readonly applicationId: string;
  /** What it is about, in the dialect's own word. */
  readonly topic: string;
  readonly url: string;
  readonly createdAt: number;
}

/** Newest first. */
export interface SubscriptionQuery {
  readonly applicationId: string;
  readonly topic?: string;
  readonly offset: number;
  readonly limit: number;
}

/** Subscriptions, durable: one per application and topic. What belongs to another application is not found. */
export interface Subscriptions {
  /** Undefined when the application has subscribed to this topic already; nothing is changed then. */
  create(given: Omit<Subscription, 'id' | 'createdAt'>): Promise<Subscription | undefined>;
  /** Undefined also for a text that is no id of a subscription. */
  find(id: string, applicationId: string): Promise<Subscription | undefined>;
  search(query: SubscriptionQuery): Promise<{ subscriptions: Subscription[]; total: number }>;
  /** Whether there was one. */
  remove(id: string, applicationId: string): Promise<boolean>;
  /** Removes those that fit all that is given; returns how many. */
  removeAll(which: { applicationId: string; topic?: string; url?: string }): Promise<number>;
  /** Whoever subscribed to one of these, in no order; one look-up for any number of questions. */
  subscribed(questions: readonly Pick<Subscription, 'applicationId' | 'topic'>[]): Promise<Subscription[]>;
}

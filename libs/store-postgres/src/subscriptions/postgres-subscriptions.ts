import type { Subscription, SubscriptionQuery, Subscriptions } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { isUuid } from '../is-uuid.js';
import { asFault } from '../pools/pg-fault.js';
import { countedPage } from '../reading/pages.js';
import { SUBSCRIPTION_COLUMNS, subscriptionOf, type SubscriptionRow } from './subscription-row.js';

/** Subscriptions in Postgres; see the port. */
export class PostgresSubscriptions implements Subscriptions {
  constructor(private readonly pool: Pool) {}

  async create({
    applicationId,
    topic,
    url,
  }: Omit<Subscription, 'id' | 'createdAt'>): Promise<Subscription | undefined> {
    const rows = await this.rowsOf('create-subscription', CREATE, [applicationId, topic, url]);
    return rows.map(subscriptionOf)[0];
  }

  async find(id: string, applicationId: string): Promise<Subscription | undefined> {
    if (!isUuid(id)) return undefined;
    return (await this.rowsOf('find-subscription', FIND, [id, applicationId])).map(subscriptionOf)[0];
  }

  async search(query: SubscriptionQuery): Promise<{ subscriptions: Subscription[]; total: number }> {
    const { applicationId, topic, limit, offset } = query;
    const { rows, total } = await countedPage<SubscriptionRow>(this.pool, {
      table: 'subscription',
      columns: SUBSCRIPTION_COLUMNS,
      key: 'id',
      conditions: (parameter) => [
        `application_id = ${parameter(applicationId)}`,
        topic !== undefined && `topic = ${parameter(topic)}`,
      ],
      limit,
      offset,
    });
    return { subscriptions: rows.map(subscriptionOf), total };
  }

  async remove(id: string, applicationId: string): Promise<boolean> {
    if (!isUuid(id)) return false;
    return (await this.rowsOf('remove-subscription', REMOVE, [id, applicationId])).length > 0;
  }

  async removeAll({
    applicationId,
    topic,
    url,
  }: {
    applicationId: string;
    topic?: string;
    url?: string;
  }): Promise<number> {
    return (await this.rowsOf('remove-subscriptions', REMOVE_ALL, [applicationId, topic ?? null, url ?? null])).length;
  }

  async subscribed(questions: readonly Pick<Subscription, 'applicationId' | 'topic'>[]): Promise<Subscription[]> {
    if (questions.length === 0) return [];
    const values = [questions.map(({ applicationId }) => applicationId), questions.map(({ topic }) => topic)];
    return (await this.rowsOf('find-subscribed', SUBSCRIBED, values)).map(subscriptionOf);
  }

  private async rowsOf(name: string, text: string, values: unknown[]): Promise<SubscriptionRow[]> {
    return (await asFault(this.pool.query<SubscriptionRow>({ name, text, values }))).rows;
  }
}

const CREATE = `
insert into subscription (application_id, topic, url, created_at) values ($1, $2, $3, now_ms())
on conflict (application_id, topic) do nothing returning ${SUBSCRIPTION_COLUMNS}`;

const FIND = `select ${SUBSCRIPTION_COLUMNS} from subscription where id = $1 and application_id = $2`;

const REMOVE = `delete from subscription where id = $1 and application_id = $2 returning ${SUBSCRIPTION_COLUMNS}`;

const REMOVE_ALL = `
delete from subscription where application_id = $1
  and ($2::text is null or topic = $2) and ($3::text is null or url = $3)
returning ${SUBSCRIPTION_COLUMNS}`;

/** The limit is a fence: one look-up by key for each question. */
const SUBSCRIBED = `
select found.* from (select distinct * from unnest($1::text[], $2::text[]) as given (application_id, topic)) as asked
cross join lateral (
  select ${SUBSCRIPTION_COLUMNS} from subscription s
  where s.application_id = asked.application_id and s.topic = asked.topic limit 1
) as found`;

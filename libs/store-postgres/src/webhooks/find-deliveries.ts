import type { CommandId } from '@downlink/command-domain';
import type { DeliveryAttempt, DeliveryKey, DeliveryRecord, DeliveryStatus } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { DELIVERY_COLUMNS, deliveryOf, type DeliveryRow } from './delivery-row.js';

interface LoggedRow extends DeliveryRow {
  status: DeliveryStatus;
  next_at: string | null;
  log: (Omit<DeliveryAttempt, 'webhookId' | keyof DeliveryKey> & { attempt: number })[];
}

/** Everything about a command's deliveries, versions, receivers and attempts ascending. */
export async function findDeliveries(pool: Pool, commandId: CommandId): Promise<DeliveryRecord[]> {
  const { rows } = await asFault(pool.query<LoggedRow>({ name: 'find-deliveries', text: TEXT, values: [commandId] }));
  return rows.map((row) => {
    const delivery = deliveryOf(row);
    const { webhookId, version, receiver } = delivery;
    const key = { webhookId, commandId, version, ...(receiver !== undefined && { receiver }) };
    return {
      ...delivery,
      status: row.status,
      nextAttemptAt: row.next_at === null ? null : Number(row.next_at),
      log: row.log.map((attempt) => ({ ...attempt, ...key })),
    };
  });
}

const TEXT = `
select ${DELIVERY_COLUMNS}, d.status, d.next_at, coalesce(log.attempts, '[]') as log
from webhook_delivery d left join lateral (
  select json_agg(json_build_object(
    'attempt', a.attempt, 'startedAt', a.started_at, 'durationMs', a.duration_ms, 'outcome', a.outcome,
    'status', a.status, 'response', a.response, 'error', a.error, 'retryInMs', a.retry_in_ms
  ) order by a.attempt) as attempts
  from webhook_attempt a where a.command_id = d.command_id and a.version = d.version and a.receiver = d.receiver
) as log on true
where d.command_id = $1 order by d.version, d.receiver`;

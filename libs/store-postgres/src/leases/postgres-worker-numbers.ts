import { Fault, type WorkerLease, type WorkerNumbers } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';

interface LeaseRow {
  worker: number;
  now: string;
  expires_at: string;
}

/** Worker numbers in Postgres; see the port. */
export class PostgresWorkerNumbers implements WorkerNumbers {
  constructor(private readonly pool: Pool) {}

  async lease(owner: string, ttlMs: number, current?: number): Promise<WorkerLease> {
    const values = [owner, Math.round(ttlMs), ...(current === undefined ? [] : [current])];
    const { rows } = await asFault(this.pool.query<LeaseRow>(current === undefined ? LEASE : RENEW, values));
    if (rows[0]) {
      return { worker: rows[0].worker, now: Number(rows[0].now), validUntil: Number(rows[0].expires_at) };
    }
    throw current === undefined
      ? new Fault('worker-numbers-exhausted', 'all 1024 worker numbers are held', { retryable: true })
      : new Fault('worker-number-lost', `worker number ${String(current)} is not ${owner}'s any more`, {
          retryable: true,
        });
  }

  async release(owner: string, worker: number): Promise<void> {
    await asFault(this.pool.query(RELEASE, [owner, worker]));
  }
}

const TERMS = `owner = $1, expires_at = clock.now + $2::bigint, reusable_at = clock.now + 2 * $2::bigint
from (select now_ms() as now) as clock`;
const ANSWER = 'returning worker, clock.now, expires_at';

/** The number that has been free for longest; one that another process is taking right now is passed over. */
const LEASE = `
update worker_number set ${TERMS}
where worker = (
  select worker from worker_number where reusable_at <= (select now_ms())
  order by reusable_at, worker limit 1 for update skip locked
) ${ANSWER}`;

/** Also when the lease has lapsed, as long as nobody else has got the number. */
const RENEW = `update worker_number set ${TERMS} where worker = $3 and owner = $1 ${ANSWER}`;

/** Free at the end of the lease and not at once: until then its holder may have made ids. */
const RELEASE = `update worker_number set owner = null, reusable_at = expires_at where owner = $1 and worker = $2`;

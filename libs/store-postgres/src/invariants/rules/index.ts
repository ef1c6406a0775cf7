import type { Invariant } from '../invariant.js';
import { blockedLanes } from './blocked-lanes.js';
import { boundedAttempts } from './bounded-attempts.js';
import { deadlinesKept } from './deadlines-kept.js';
import { executedOnce } from './executed-once.js';
import { finishedOrWaiting } from './finished-or-waiting.js';
import { laneRows } from './lane-rows.js';
import { oneInFlight } from './one-in-flight.js';
import { oneKeyOneCommand } from './one-key-one-command.js';
import { outboxDrained } from './outbox-drained.js';
import { publishedAttempts } from './published-attempts.js';
import { queueCaps } from './queue-caps.js';
import { supersededByLater } from './superseded-by-later.js';
import { webhooksTold } from './webhooks-told.js';
import { wholeHistories } from './whole-histories.js';

/** In the order of RULES.md. */
export const INVARIANTS: readonly Invariant[] = [
  finishedOrWaiting,
  wholeHistories,
  oneInFlight,
  boundedAttempts,
  publishedAttempts,
  executedOnce,
  queueCaps,
  webhooksTold,
  oneKeyOneCommand,
  deadlinesKept,
  supersededByLater,
  laneRows,
  blockedLanes,
  outboxDrained,
];

import { Commands0001 } from './0001-commands.js';
import { Registry0002 } from './0002-registry.js';
import { Webhooks0003 } from './0003-webhooks.js';
import { Leases0004 } from './0004-leases.js';
import { Written0005 } from './0005-written.js';
import { IdempotencyKeys0006 } from './0006-idempotency-keys.js';
import { DeadLetters0007 } from './0007-dead-letters.js';
import { ClaimsAndStrayAnswers0008 } from './0008-claims-and-stray-answers.js';
import { Retention0009 } from './0009-retention.js';
import { CancelTasks0010 } from './0010-cancel-tasks.js';
import { Registry0011 } from './0011-registry.js';
import { ToldAgainTokens0012 } from './0012-told-again-tokens.js';
import { WebhookReceivers0013 } from './0013-webhook-receivers.js';
import { CallCounts0015 } from './0015-call-counts.js';
import { DeviceLife0016 } from './0016-device-life.js';
import { LoginProofs0018 } from './0018-login-proofs.js';
import { DeviceLogins0020 } from './0020-device-logins.js';
import { SubscriptionsAndBatchTasks0014 } from './0014-subscriptions-and-batch-tasks.js';
import type { SqlMigration } from './sql-migration.js';

/** All migrations, in order. A list and not a file pattern, because the code is shipped as one bundle. */
export const migrations: readonly (new () => SqlMigration)[] = [
  Commands0001,
  Registry0002,
  Webhooks0003,
  Leases0004,
  Written0005,
  IdempotencyKeys0006,
  DeadLetters0007,
  ClaimsAndStrayAnswers0008,
  Retention0009,
  CancelTasks0010,
  Registry0011,
  ToldAgainTokens0012,
  WebhookReceivers0013,
  SubscriptionsAndBatchTasks0014,
  CallCounts0015,
  DeviceLife0016,
  LoginProofs0018,
  DeviceLogins0020,
];

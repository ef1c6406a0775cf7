/**
 * Real servers for tests, and what is needed to wait for them. Imported from specs, contract suites and the bench only.
 */
export { eventually, type EventuallyOptions } from './eventually.js';
export { freePort } from './free-port.js';
export { sharedKafka, sharedPostgres, type SharedKafka, type SharedPostgres } from './keeper/shared-servers.js';
export { startPostgres, type PostgresOptions, type TestPostgres } from './postgres/start-postgres.js';
export {
  createEmptyDatabase,
  createTestDatabase,
  type TestDatabase,
  type TestDatabaseOptions,
} from './postgres/create-test-database.js';
export { countRows } from './postgres/count-rows.js';
export { startKafka, uniquePrefix, type TestKafka } from './kafka/start-kafka.js';
export { startMosquitto, type MosquittoOptions, type TestMosquitto } from './mosquitto/start-mosquitto.js';
export { startHiveMq, type HiveMqOptions, type TestHiveMq } from './hivemq/start-hivemq.js';
export { startAedes, type TestAedes } from './aedes/start-aedes.js';
export {
  startWebhookReceiver,
  type ReceivedWebhook,
  type WebhookAnswer,
  type WebhookAnswering,
  type WebhookReceiver,
} from './webhooks/start-webhook-receiver.js';
export { startProcess, type ProcessOptions, type TestProcess } from './processes/start-process.js';
export { sweepRunFolders } from './processes/run-folder.js';
export { describeWithServers } from './servers/describe-with-servers.js';
export { missingServer, type ServerKind } from './servers/missing-server.js';
export { fuzzedPackets, fuzzRun, wrongPasswords, type FuzzRun } from './fuzz-run.js';
export { replayedModelSeed } from './replayed-model-seed.js';

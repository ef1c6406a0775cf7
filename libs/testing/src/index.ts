/**
 * Real servers for tests, and what is needed to wait for them. Imported from specs, contract suites and the bench only.
 */
export { eventually, type EventuallyOptions } from './eventually.js';
export { freePort } from './free-port.js';
export { startPostgres, type PostgresOptions, type TestPostgres } from './postgres/start-postgres.js';
export { createEmptyDatabase, createTestDatabase, type TestDatabase } from './postgres/create-test-database.js';
export { sharedPostgres } from './keeper/shared-servers.js';

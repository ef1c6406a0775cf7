export * from './in-memory-command-reader.js';
export * from './in-memory-command-store.js';
export * from './in-memory-database.js';
export * from './in-memory-due-commands.js';
export * from './in-memory-outbox.js';
export * from './in-memory-shard-leases.js';
export * from './in-memory-webhook-deliveries.js';
export * from './in-memory-worker-numbers.js';

export * from './access-tokens.contract.js';
export * from './command-reader.contract.js';
export * from './command-store.contract.js';
export * from './due-commands.contract.js';
export * from './outbox.contract.js';
export * from './registry.contract.js';
export type { CommandStoreUnderTest, OpenCommandStore } from './command-stories.js';
export * from '../in-memory/index.js';

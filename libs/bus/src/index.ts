export type { BusLogger } from './bus-logger.js';
export * from './fact-batch.js';
export type { FactServerOptions } from './fact-server-options.js';
export { OnFacts } from './on-facts.decorator.js';
export { LocalFactBus, type LocalFactBusOptions } from './local/local-fact-bus.js';
export { LocalFactServer, type LocalFactServerOptions } from './local/local-fact.server.js';

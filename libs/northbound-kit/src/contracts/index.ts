export { dialectContract } from './dialect.contract.js';
export type { Call, DialectSubject } from './dialect-subject.js';
export { exchange, received, type ContractAnswer, type ContractRequest } from './exchange.js';
export { startNorthbound, type RunningNorthbound } from './start-northbound.js';

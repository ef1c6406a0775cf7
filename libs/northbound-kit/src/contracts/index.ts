export {
  dialectContract,
  exchange,
  type ContractAnswer,
  type ContractRequest,
  type DialectSubject,
} from './dialect.contract.js';
export { startNorthbound, type RunningNorthbound } from './start-northbound.js';

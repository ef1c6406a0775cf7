export {
  checkInvariants,
  NOT_CHECKED_HERE,
  reportInvariants,
  type InvariantsOptions,
  type RuleReport,
} from './check-invariants.js';
export type { Breach, ReceivedBody } from './invariant.js';
export { UnreadableWire } from './load-wires.js';
export { LogWatch, type Latency, type Period } from './watch-log.js';

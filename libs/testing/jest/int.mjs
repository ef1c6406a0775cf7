import { base, withServers } from './base.mjs';

/** `.int.spec.ts`: real servers, shared by all workers. */
export default {
  ...base,
  ...withServers,
  displayName: 'int',
  testRegex: '\\.int\\.spec\\.ts$',
  testTimeout: 60_000,
  maxWorkers: 2,
};

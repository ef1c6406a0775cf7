import { base, withServers } from './base.mjs';

/** `.e2e.spec.ts`: whole processes and their servers, one spec file after the other. */
export default {
  ...base,
  ...withServers,
  displayName: 'e2e',
  testRegex: '\\.e2e\\.spec\\.ts$',
  testTimeout: 180_000,
  maxWorkers: 1,
};

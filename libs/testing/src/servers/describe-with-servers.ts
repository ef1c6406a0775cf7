import type * as jestGlobals from '@jest/globals';
import { environment } from '../environment.js';
import { missingServer, type ServerKind } from './missing-server.js';

/**
 * `describe` for specs that need servers which not every machine has. Where one is missing, the specs are reported as skipped
 * with the reason in their name; with DOWNLINK_NO_SKIP=1 there is one failing test in their place. They never pass unseen.
 */
export function describeWithServers(servers: ServerKind[], name: string, specs: () => void): void {
  // Not imported: this door is also used outside Jest (by the bench), where that import fails.
  const { describe, it } = globalThis as unknown as typeof jestGlobals;
  const reasons = servers.map(missingServer).filter((reason) => reason !== undefined);
  if (reasons.length === 0) {
    describe(name, specs);
    return;
  }
  const reason = reasons.join('; ');
  if (environment.skipIsFailure()) {
    describe(name, () => {
      it('has the servers that it needs', () => {
        throw new Error(reason);
      });
    });
    return;
  }
  describe.skip(`${name} [skipped: ${reason}]`, specs);
}

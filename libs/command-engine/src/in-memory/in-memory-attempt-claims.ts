import type { CommandId } from '@downlink/command-domain';
import type { AttemptClaims } from '../ports/attempt-claims.port.js';
import type { InMemoryDatabase } from './in-memory-database.js';

/** Claims wait for whoever has the command's lane, so that none comes between a decision and its writing. */
export class InMemoryAttemptClaims implements AttemptClaims {
  constructor(private readonly database: InMemoryDatabase) {}

  async claim(attempts: readonly { commandId: CommandId; attempt: number }[]): Promise<(number | null)[]> {
    const { heads, claims } = this.database;
    const deviceIds = attempts.flatMap(({ commandId }) => heads.get(commandId)?.state.request.deviceId ?? []);
    return this.database.locked(deviceIds, async () => {
      const now = this.database.clock();
      return attempts.map(({ commandId, attempt }) => {
        const state = heads.get(commandId)?.state;
        if (state?.status !== 'sending' || state.attempts !== attempt || state.waitUntil <= now) return null;
        claims.set(commandId, attempt);
        return state.waitUntil - now;
      });
    });
  }
}

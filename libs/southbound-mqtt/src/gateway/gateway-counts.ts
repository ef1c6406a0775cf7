import type { GatewayCounts, RefusalKind } from './ports.js';

/** The same counts, for those who count. */
export type Counting = {
  -readonly [Name in keyof GatewayCounts]: Name extends 'refused' ? Record<RefusalKind, number> : number;
};

export function noCounts(): Counting {
  return {
    connections: 0,
    connected: 0,
    admitted: 0,
    activated: 0,
    heldBack: 0,
    refused: {
      unknown: 0,
      'wrong-password': 0,
      'not-activated': 0,
      'client-id': 0,
      throttled: 0,
      malformed: 0,
      oversized: 0,
      'connect-timeout': 0,
      'connect-rate': 0,
      connections: 0,
      'enhanced-authentication': 0,
      will: 0,
      publish: 0,
      'retained-publish': 0,
      subscription: 0,
      'subscriptions-limit': 0,
      unavailable: 0,
    },
  };
}

import { refusals, type Refusal } from '../packets/answers.js';
import type { RefusalKind } from '../ports.js';

/** What a device is told when its connection is refused, in CONNACK. */
const told: Partial<Record<RefusalKind, Refusal>> = {
  unknown: refusals.credentials,
  'wrong-password': refusals.credentials,
  'not-activated': refusals.notAuthorized,
  'client-id': refusals.clientId,
  throttled: refusals.connectRate,
  'connect-rate': refusals.connectRate,
  connections: refusals.connections,
  'enhanced-authentication': refusals.authenticationMethod,
  will: refusals.notAuthorized,
  unavailable: refusals.unavailable,
};

export function refusalOf(kind: RefusalKind): Refusal {
  return told[kind] ?? refusals.unavailable;
}

import type { DeviceLogins } from '../ports/device-logins.port.js';

/** Whether a device of this id could log in with this secret, however it is kept. For specs of those who hand secrets out. */
export async function isSecretOf(registry: DeviceLogins, deviceId: string, secret: string): Promise<boolean> {
  const kept = (await registry.deviceCredentials([{ deviceId }])).found[0]?.[0]?.secret;
  if (kept?.kind === 'hash') return registry.secretMatches(secret, kept.hash);
  return kept?.kind === 'plain' && kept.secret === secret;
}

import type { DeviceClaim } from '@downlink/command-engine';
import type { ConnectingDevice } from '../gateway/ports.js';
import type { ClaimedIdentity, Proof } from './device-identity.js';
import { parseEnosClientId, parseEnosUser, type EnosClientId } from './enos-client-id.js';
import { parseHuaweiClientId, type HuaweiClientId } from './huawei-client-id.js';
import { verifyEnosClient } from './verify-enos-client.js';
import { verifyHuaweiClient } from './verify-huawei-client.js';

/**
 * Whom a CONNECT claims to be, by the shape of client id and user name; a table of the schemes stands in the README. Undefined when they
 * contradict each other or ask for what is not offered. Never throws, whatever the texts.
 */
export function readIdentity(connecting: ConnectingDevice): ClaimedIdentity | undefined {
  const { clientId, username = '', commonName = '' } = connecting;
  const password = connecting.password?.toString('utf8') ?? '';
  if (commonName !== '' && password === '') return ofCertificate(commonName, username);
  // A native device may be called like any of these: its user name is then the whole client id.
  if (username === clientId) return ofSecret(clientId, username, password);
  const huawei = parseHuaweiClientId(clientId);
  if (huawei) return ofHuawei(huawei, { clientId, username, password });
  if (!clientId.includes('|')) return ofSecret(clientId, username, password);
  const enos = parseEnosClientId(clientId);
  return enos && ofEnos(enos, username, password);
}

/** The common name is the device id, or `{productKey}/{deviceKey}`. Ids and keys hold no slash. */
function ofCertificate(commonName: string, username: string): ClaimedIdentity | undefined {
  if (username !== '' && username !== commonName) return undefined;
  return { claim: claimOf(commonName), wireFormat: null, proof: { kind: 'certificate' } };
}

function ofEnos(
  { name, secureMode, timestamp }: EnosClientId,
  username: string,
  password: string,
): ClaimedIdentity | undefined {
  const user = parseEnosUser(username);
  if (!user) return undefined;
  const signed = { clientName: name, timestamp, ...user };
  const isBy = (secret: string): boolean => verifyEnosClient(signed, password, secret);
  const proofs: Readonly<Record<string, Proof>> = {
    '2': { kind: 'computed', isBy },
    '3': { kind: 'activation', isBy },
  };
  const proof = Object.hasOwn(proofs, secureMode) ? proofs[secureMode] : undefined;
  return proof && { claim: user, wireFormat: 'enos', proof };
}

function ofHuawei(
  { id, identityType }: HuaweiClientId,
  connect: { clientId: string; username: string; password: string },
): ClaimedIdentity | undefined {
  if (connect.username !== id) return undefined;
  return {
    claim: identityType === 2 ? { wireFormat: 'huawei', deviceKey: id } : { deviceId: id },
    wireFormat: 'huawei',
    proof: { kind: 'computed', isBy: (secret, now) => verifyHuaweiClient(connect, secret, now) },
  };
}

/** Native (the user name is the device id) and Quectel (`{productKey}/{deviceKey}`). A client id names the same device or nobody. */
function ofSecret(clientId: string, username: string, password: string): ClaimedIdentity | undefined {
  if (username === '') return undefined;
  const claim = claimOf(username);
  const own = 'productKey' in claim ? [username, claim.deviceKey] : [username];
  if (clientId !== '' && !own.includes(clientId)) return undefined;
  const wireFormat = 'productKey' in claim ? 'quectel' : 'native';
  return { claim, wireFormat, proof: { kind: 'sent', secret: password } };
}

function claimOf(name: string): Exclude<DeviceClaim, { wireFormat: string }> {
  const at = name.indexOf('/');
  return at < 0 ? { deviceId: name } : { productKey: name.slice(0, at), deviceKey: name.slice(at + 1) };
}

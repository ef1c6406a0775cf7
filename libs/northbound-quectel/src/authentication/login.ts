import { randomBytes } from 'node:crypto';
import type { Application } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { Refusal } from '../errors/refusal.js';
import type { QuectelSettings } from '../settings.js';
import { tokenAnswer, type TokenAnswer } from '../wire/login.js';
import { isPassword } from './password.js';
import { opaqueIn, writeToken } from './qjwt.js';
import { isRecent, readUsername } from './username.js';

/** Compared with where there is no secret, so that an unknown access key takes as long as a wrong password. */
const NO_SECRET = randomBytes(16).toString('hex');

type Ports = Pick<NorthboundPorts, 'registry' | 'tokens' | 'loginGuard'>;

/** What a login shows, and where it comes from. */
export interface Login {
  readonly username: string;
  readonly password: string;
  readonly address: string;
}

/**
 * The application that a user name and a password belong to (Quectel, OpenAPI Integration Guide: accessKeyLogin).
 * @param now ms since 1970
 * @throws Refusal 90047 for an unknown access key, a wrong password, and a time more than 10 minutes away; TroubleError
 *   `too-many-attempts`
 */
export async function logIn({ registry, loginGuard }: Ports, login: Login, now: number): Promise<Application> {
  const { username, password, address } = login;
  const fields = readUsername(username);
  if (fields === undefined) throw new Refusal('login-wrong', 'username: expected the five fields of ver=1');
  const application = await loginGuard.attempt({ dialect: 'quectel', keyId: fields.accessKey, address }, async () => {
    const key = await registry.signingKey('quectel', fields.accessKey);
    return isPassword(password, username, key?.secret ?? NO_SECRET) ? key?.application : undefined;
  });
  if (application === undefined) throw new Refusal('login-wrong');
  if (!isRecent(fields, now)) throw new Refusal('login-wrong', 'username: timestamp is more than 10 minutes away');
  return application;
}

/**
 * The application of a token that is still good (Quectel, Refresh Token: the token itself is what is refreshed).
 * @throws Refusal 91004 for any other
 */
export async function ownerOfToken({ tokens }: Pick<Ports, 'tokens'>, token: string): Promise<string> {
  const opaque = opaqueIn(token);
  const owner = opaque === undefined ? undefined : await tokens.find('quectel', opaque);
  if (owner === undefined) throw new Refusal('token-wrong');
  return owner.applicationId;
}

/** The application's token, the same again while it is good for more than `renewBelowMs`. */
export async function tokenOf(
  { tokens }: Pick<Ports, 'tokens'>,
  applicationId: string,
  { tokenMs }: Pick<QuectelSettings, 'tokenMs'>,
  renewBelowMs = 0,
): Promise<TokenAnswer> {
  const owner = { id: applicationId, dialect: 'quectel' };
  const ttl = { accessMs: tokenMs, refreshMs: tokenMs };
  const { accessToken: opaque, expiresIn } = await tokens.current(owner, ttl, { renewBelowMs });
  const found = await tokens.find('quectel', opaque);
  // It ended between the two statements; whoever comes again gets a new one.
  if (found === undefined) throw new Refusal('unavailable');
  const { expiresAt } = found;
  const token = writeToken({ applicationId, opaque, issuedAt: expiresAt - tokenMs, expiresAt });
  return tokenAnswer(token, expiresIn);
}

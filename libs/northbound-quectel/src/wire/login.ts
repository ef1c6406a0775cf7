import { z } from 'zod';

const parameter = z.string().min(1).max(2_048);

/** The parameters of accessKeyLogin, from the query or a form. */
export const loginParameters = z.object({
  grant_type: z.literal('password'),
  username: parameter,
  password: parameter,
});

/** The parameters of refreshToken: the token itself is what is refreshed. */
export const refreshParameters = z.object({ grant_type: z.literal('refresh_token'), refresh_token: parameter });

/** The answer of both, without an envelope (Quectel, OpenAPI Integration Guide; Refresh Token). */
export interface TokenAnswer {
  readonly msg: 'OK';
  readonly access_token: string;
  readonly code: 200;
  readonly scope: '';
  readonly token_type: 'jwt';
  /** seconds */
  readonly expires_in: number;
}

export function tokenAnswer(accessToken: string, expiresIn: number): TokenAnswer {
  return { msg: 'OK', access_token: accessToken, code: 200, scope: '', token_type: 'jwt', expires_in: expiresIn };
}

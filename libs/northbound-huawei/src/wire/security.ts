import type { IssuedTokens } from '@downlink/command-engine';
import { z } from 'zod';
import { text } from './fields.js';

/** String(256) in Huawei, Authentication and Refreshing a Token. */
const credential = text(256);

export const loginBody = z.object({ appId: credential, secret: credential });
export const refreshBody = z.object({ appId: credential, secret: credential, refreshToken: credential });
export const logoutBody = z.object({ accessToken: credential });

export interface TokenAnswer {
  readonly accessToken: string;
  readonly tokenType: 'bearer';
  readonly refreshToken: string;
  /** seconds */
  readonly expiresIn: number;
  readonly scope: 'default';
}

export function tokenAnswer({ accessToken, refreshToken, expiresIn }: IssuedTokens): TokenAnswer {
  return { accessToken, tokenType: 'bearer', refreshToken, expiresIn, scope: 'default' };
}

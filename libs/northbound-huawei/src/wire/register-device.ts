import { z } from 'zod';
import { deviceInfoMembers, optionalFlag, psk, word } from './device-fields.js';
import { integer, optional, text } from './fields.js';

/** Ours beside the vendor's String(256): it becomes a level of MQTT topics. */
const nodeId = word.regex(/^[^+#/\p{Cc}\p{Cs}]*$/u, { message: 'contains +, #, / or a control character' });

/** The vendor's Integer, in seconds; 0: the verification code never runs out. */
const timeout = optional(integer(0, 2_147_483_647));

/** The body of Huawei, Registering a Device (Verification Code Mode) v1.1.0. Unknown members are ignored. */
export const registerByCodeBody = z.object({
  nodeId,
  verifyCode: optional(word),
  psk: optional(psk),
  timeout,
  endUserId: optional(word),
  imsi: optional(text(64)),
  isSecure: optionalFlag,
  productId: optional(word),
  deviceName: optional(word),
  deviceInfo: optional(z.object(deviceInfoMembers)),
});

/** 20 hex digits, as the vendor's document has it. */
const secret = z.string().regex(/^[0-9a-fA-F]{20}$/, { message: 'expected 20 hex digits' });

/** The body of Huawei, Registering a Device (Password Mode) v2.0.0; the nodeId stands in deviceInfo. */
export const registerBySecretBody = z.object({
  deviceInfo: z.object({ ...deviceInfoMembers, nodeId }),
  endUserId: optional(word),
  organization: optional(word),
  region: optional(word),
  timezone: optional(word),
  mqttConnect: optionalFlag,
  productId: optional(word),
  secret: optional(secret),
});

export type RegisterByCodeBody = z.output<typeof registerByCodeBody>;
export type RegisterBySecretBody = z.output<typeof registerBySecretBody>;

/** The answer of the verification code mode. */
export interface RegisteredByCode {
  readonly deviceId: string;
  readonly verifyCode: string;
  /** seconds */
  readonly timeout: number;
  readonly psk: string;
}

/** The answer of the password mode. */
export interface RegisteredBySecret {
  readonly deviceId: string;
  readonly secret: string;
}

/** The body of Huawei, Refreshing a Device Key v1.1.0. */
export const refreshKeyBody = z.object({ verifyCode: optional(word), nodeId: optional(nodeId), timeout });

export type RefreshKeyBody = z.output<typeof refreshKeyBody>;

export interface ActivationState {
  readonly deviceId: string;
  readonly activated: boolean;
  readonly name: string;
}

import { createHash, timingSafeEqual } from 'node:crypto';

/** What an EnOS device signs, each as it was sent. */
export interface EnosSigned {
  /** What stands before the first bar of the client id. */
  readonly clientName: string;
  readonly deviceKey: string;
  readonly productKey: string;
  readonly timestamp: string;
}

/**
 * EnOS, "MQTT Connection Establishment": the password is the hex SHA-256 of the four values, each behind its name, and the secret. Upper and lower
 * case are the same; the vendor's device software sends either.
 * @param secret of the device (securemode 2) or of its product (3)
 */
export function verifyEnosClient(signed: EnosSigned, password: string, secret: string): boolean {
  return /^[0-9a-f]{64}$/i.test(password) && timingSafeEqual(Buffer.from(password, 'hex'), digest(signed, secret));
}

/** The password that such a device sends: for simulators, and to show what is expected. */
export function enosPassword(signed: EnosSigned, secret: string): string {
  return digest(signed, secret).toString('hex');
}

function digest({ clientName, deviceKey, productKey, timestamp }: EnosSigned, secret: string): Buffer {
  const text = `clientId${clientName}deviceKey${deviceKey}productKey${productKey}timestamp${timestamp}${secret}`;
  return createHash('sha256').update(text, 'utf8').digest();
}

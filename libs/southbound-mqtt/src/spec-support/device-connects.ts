import { enosPassword } from '../authentication/verify-enos-client.js';
import { huaweiPassword } from '../authentication/verify-huawei-client.js';
import type { Admission, ConnectingDevice, DeviceAuthenticator } from '../gateway/ports.js';

/** What a device says of itself, as texts. */
export interface Said {
  readonly clientId?: string;
  readonly username?: string;
  readonly password?: string;
  readonly commonName?: string;
  /** The address that it comes from. */
  readonly from?: string;
}

const hour = '2026112115';
const timestamp = '1795262016620';

export function connectTo(
  authenticator: DeviceAuthenticator,
  { password, from = '192.0.2.1', ...said }: Said,
): Promise<Admission> {
  const connecting: ConnectingDevice = {
    clientId: '',
    remoteAddress: from,
    protocolVersion: 4,
    ...said,
    ...(password !== undefined && { password: Buffer.from(password) }),
  };
  return authenticator.authenticate(connecting);
}

export function native(id: string, password: string): Said {
  return { clientId: id, username: id, password };
}

/** @param type 0 for a device id, 2 for a node id */
export function huawei(id: string, secret: string, type: 0 | 2 = 0): Said {
  return { clientId: `${id}_${String(type)}_0_${hour}`, username: id, password: huaweiPassword(secret, hour) };
}

export interface EnosWords {
  readonly productKey?: string;
  /** 2 with the secret of the device, 3 with that of its product. */
  readonly mode?: string;
  /** What stands before the first bar. */
  readonly name?: string;
}

/** Of product `e` unless it says otherwise. */
export function enos(deviceKey: string, secret: string, words: EnosWords = {}): Said {
  const { productKey = 'e', mode = '2', name = deviceKey } = words;
  return {
    clientId: `${name}|securemode=${mode},signmethod=sha256,timestamp=${timestamp}|`,
    username: `${deviceKey}&${productKey}`,
    password: enosPassword({ clientName: name, deviceKey, productKey, timestamp }, secret),
  };
}

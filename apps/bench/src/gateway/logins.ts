import { createHash } from 'node:crypto';
import { huaweiPassword } from '@downlink/southbound-mqtt';

/** What a device says in its CONNECT. */
export interface Login {
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
}

export type LoginFormat = 'native' | 'huawei' | 'enos';

/** The devices' secret and product keys are the same for all: what an installation of the bench declares. */
export const DEVICE_SECRET = 'secret-of-bench-devices';
export const PRODUCT_OF: Readonly<Record<LoginFormat, string>> = {
  native: 'bench',
  huawei: 'bench-huawei',
  enos: 'bench-enos',
};

/** How a device of each wire format logs in; its key is its id. */
export const LOGINS: Readonly<Record<LoginFormat, (deviceId: string) => Login>> = {
  native: (id) => ({ clientId: id, username: id, password: DEVICE_SECRET }),
  huawei(id) {
    const hour = new Date().toISOString().replaceAll(/[-T]/g, '').slice(0, 10);
    return { clientId: `${id}_0_0_${hour}`, username: id, password: huaweiPassword(DEVICE_SECRET, hour) };
  },
  enos(id) {
    const [productKey, timestamp] = [PRODUCT_OF.enos, String(Date.now())];
    const signed = `clientId${id}deviceKey${id}productKey${productKey}timestamp${timestamp}${DEVICE_SECRET}`;
    return {
      clientId: `${id}|securemode=2,signmethod=sha256,timestamp=${timestamp}|`,
      username: `${id}&${productKey}`,
      password: createHash('sha256').update(signed).digest('hex'),
    };
  },
};

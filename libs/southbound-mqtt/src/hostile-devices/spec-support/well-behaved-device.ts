import { eventually } from '@downlink/testing';
import mqtt from 'mqtt';
import type { AdmittedDevice, DeviceAddress } from '../../gateway/ports.js';
import { secretOf, type GatewayUnderAttack } from './gateway-under-attack.js';

const ADDRESS: DeviceAddress = { deviceId: 'well-behaved', productKey: 'pk', deviceKey: null };
const COMMANDS = 'downlink/v1/devices/well-behaved/commands';
const ANSWERS = 'downlink/v1/devices/well-behaved/answers';
const EVERY_MS = 50;

/** For the authenticator: who it is. */
export const WELL_BEHAVED: Omit<AdmittedDevice, 'epoch'> = {
  wireFormat: 'native',
  device: ADDRESS,
  subscriptions: [],
};

/** How it logs in. */
export const WELL_BEHAVED_LOGIN = {
  clientId: ADDRESS.deviceId,
  username: ADDRESS.deviceId,
  password: secretOf(ADDRESS),
};

export interface Service {
  /** Ends the stream of commands and waits until each has been answered. @throws Error when one is not */
  finish(): Promise<{ readonly commands: number; readonly disconnects: number }>;
}

/** A device that is sent a command every 50 ms and answers each, while others misbehave. */
export async function serveWellBehavedDevice(attacked: GatewayUnderAttack): Promise<Service> {
  const url = `mqtt://127.0.0.1:${String(attacked.port)}`;
  const device = await mqtt.connectAsync(url, { ...WELL_BEHAVED_LOGIN, reconnectPeriod: 0 });
  let disconnects = 0;
  device.on('close', () => (disconnects += 1));
  device.on('message', (_, payload) => device.publish(ANSWERS, payload, { qos: 1 }));
  await device.subscribeAsync(COMMANDS, { qos: 1 });
  let commands = 0;
  const timer = setInterval(() => {
    attacked.platform.publish(COMMANDS, `command ${String(commands)};`, { qos: 1 });
    commands += 1;
  }, EVERY_MS);
  const unanswered = (): number[] => {
    const answers = new Set(
      attacked.seen.filter(({ topic }) => topic.endsWith(`/${ANSWERS}`)).map(({ payload }) => payload),
    );
    return Array.from({ length: commands }, (_, n) => n).filter((n) => !answers.has(`command ${String(n)};`));
  };
  return {
    async finish() {
      clearInterval(timer);
      await eventually(
        () => {
          const missing = unanswered();
          if (missing.length > 0) throw new Error(`${String(missing.length)} of ${String(commands)} are not answered`);
        },
        { withinMs: 20_000 },
      );
      const seen = disconnects;
      await device.endAsync(true);
      return { commands, disconnects: seen };
    },
  };
}

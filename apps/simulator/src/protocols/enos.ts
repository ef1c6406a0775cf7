import { createHash } from 'node:crypto';
import {
  keysOf,
  type DeviceCommand,
  type DeviceProtocol,
  type MqttCredentials,
  type SimulatedDevice,
} from './device-protocol.js';

/** How the vendor's three device libraries differ on the wire; all three are in the field. */
interface Library {
  /** What stands before the first bar of the client id. It is signed as it is. */
  readonly name: (deviceKey: string) => string;
  readonly signMethod: string;
  readonly timestamp: () => string;
  readonly upperCase: boolean;
  readonly qos: 0 | 1;
  /** A failed handler's code: one library sends a text. */
  readonly failure: number | string;
}

const libraries: readonly Library[] = [
  {
    name: (deviceKey) => deviceKey,
    signMethod: 'hmacsha256',
    timestamp: () => `${Date.now()}.4036`,
    upperCase: false,
    qos: 1,
    failure: '500',
  },
  {
    name: (deviceKey) => deviceKey,
    signMethod: 'sha256',
    timestamp: () => String(Date.now()),
    upperCase: true,
    qos: 0,
    failure: 1101,
  },
  {
    name: (deviceKey) => `${deviceKey}{ip=127.0.0.1,version=1.0,compress=DEFAULT}`,
    signMethod: 'sha256',
    timestamp: () => String(Date.now()),
    upperCase: false,
    qos: 0,
    failure: 500,
  },
];

/** Always the same one for a device: as if it had been built with it. */
function libraryOf({ id }: SimulatedDevice): Library {
  let sum = 0;
  for (let at = 0; at < id.length; at += 1) sum += id.charCodeAt(at);
  return libraries[sum % libraries.length]!;
}

function prefixOf(device: SimulatedDevice): string {
  const { productKey, deviceKey } = keysOf(device);
  return `/sys/${productKey}/${deviceKey}/`;
}

/**
 * EnOS devices ("Device connection", "Invoke device services"): they never subscribe, sign with plain SHA-256 whatever they call
 * it, and answer where they were asked, with `_reply` behind it.
 */
export const enos: DeviceProtocol = {
  listensTo: () => [],
  // What ends in _reply is their own word come back over somebody's wildcard: a real library takes it for a service and replies again.
  isMeantFor: (device, topic) => topic.startsWith(prefixOf(device)) && !topic.endsWith('_reply'),
  read(device, topic, payload) {
    const { id, method, params } = JSON.parse(payload.toString());
    if (typeof id !== 'string' || params === undefined) throw new Error('a request without id or params');
    const path = topic.slice(prefixOf(device).length);
    return { deviceId: device.id, key: id, attempt: undefined, method, parameters: params, path };
  },
  acknowledgement: () => undefined,
  answer: (device, command, outcome) => ({
    topic: `${prefixOf(device)}${replyPath(command)}`,
    payload: JSON.stringify(
      outcome === 'succeeded'
        ? { id: command.key, code: 200, data: { echo: command.parameters } }
        : { id: command.key, code: libraryOf(device).failure, data: {}, message: 'the handler failed' },
    ),
    qos: libraryOf(device).qos,
  }),
  credentials: (device, secret) => logIn(device, secret, 2),
  activation(device, productSecret) {
    const { productKey, deviceKey } = keysOf(device);
    const topic = `/ext/session/${productKey}/${deviceKey}/thing/activate/info`;
    return {
      credentials: logIn(device, productSecret, 3),
      topic,
      read(payload) {
        const { id, params } = JSON.parse(payload.toString());
        if (typeof params?.deviceSecret !== 'string') throw new Error('an activation without a secret');
        const reply = {
          topic: `${topic}_reply`,
          payload: JSON.stringify({ id, code: 200, data: {} }),
          qos: 1 as const,
        };
        return { secret: params.deviceSecret as string, reply };
      },
    };
  },
};

/** @param secureMode 2: by the device's secret; 3: by the product's, to be told the device's */
function logIn(device: SimulatedDevice, secret: string, secureMode: 2 | 3): MqttCredentials {
  const { name, signMethod, timestamp: now, upperCase } = libraryOf(device);
  const { productKey, deviceKey } = keysOf(device);
  const timestamp = now();
  const clientName = name(deviceKey);
  const signature = signEnos({ clientName, deviceKey, productKey, timestamp }, secret);
  return {
    clientId: `${clientName}|securemode=${secureMode},signmethod=${signMethod},timestamp=${timestamp}|`,
    username: `${deviceKey}&${productKey}`,
    password: upperCase ? signature.toUpperCase() : signature,
  };
}

function replyPath({ path = '' }: DeviceCommand): string {
  const asked = 'rrpc/request/';
  return path.startsWith(asked) ? `rrpc/response/${path.slice(asked.length)}` : `${path}_reply`;
}

export interface EnosSigned {
  readonly clientName: string;
  readonly deviceKey: string;
  readonly productKey: string;
  readonly timestamp: string;
}

/** The password of an EnOS device: lower-case hex of SHA-256 over names and values, the secret behind them. */
export function signEnos({ clientName, deviceKey, productKey, timestamp }: EnosSigned, secret: string): string {
  const text = `clientId${clientName}deviceKey${deviceKey}productKey${productKey}timestamp${timestamp}${secret}`;
  return createHash('sha256').update(text).digest('hex');
}

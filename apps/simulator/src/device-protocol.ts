import { createHmac } from 'node:crypto';

/** A command as a device reads it from the wire. */
export interface DeviceCommand {
  readonly deviceId: string;
  /** What the device de-duplicates by: the command id, or Huawei's mid. */
  readonly key: string;
  readonly attempt: number | undefined;
  readonly method: string;
  readonly parameters: unknown;
}

export interface WireMessage {
  readonly topic: string;
  readonly payload: string;
}

/** The device's side of a wire format: where it listens, what it says. */
export interface DeviceProtocol {
  commandTopic(deviceId: string): string;
  read(topic: string, payload: Buffer): DeviceCommand;
  /** undefined where the format has no acknowledgement of its own. */
  acknowledgement(command: DeviceCommand): WireMessage | undefined;
  answer(command: DeviceCommand, outcome: 'succeeded' | 'failed'): WireMessage;
  /** Birth and will, where the format has them; both are retained. */
  presence?(deviceId: string, online: boolean): WireMessage;
  /** MQTT credentials of a device that opens a connection of its own. */
  credentials(deviceId: string, secret: string): { clientId: string; username: string; password: string };
}

const native: DeviceProtocol = {
  commandTopic: (deviceId) => `downlink/v1/devices/${deviceId}/commands`,
  read(topic, payload) {
    const { id, attempt, method, parameters } = JSON.parse(payload.toString());
    return { deviceId: topic.split('/')[3]!, key: id, attempt, method, parameters };
  },
  acknowledgement: ({ deviceId, key }) => ({
    topic: `downlink/v1/devices/${deviceId}/answers`,
    payload: JSON.stringify({ id: key, status: 'acknowledged' }),
  }),
  answer: ({ deviceId, key, parameters }, outcome) => ({
    topic: `downlink/v1/devices/${deviceId}/answers`,
    payload: JSON.stringify({
      id: key,
      status: outcome,
      result: { echo: parameters },
      ...(outcome === 'failed' ? { code: '1' } : {}),
    }),
  }),
  presence: (deviceId, online) => ({
    topic: `downlink/v1/devices/${deviceId}/presence`,
    payload: JSON.stringify({ online }),
  }),
  credentials: (deviceId, secret) => ({ clientId: deviceId, username: deviceId, password: secret }),
};

/** Huawei native MQTT: topics, `mid`, and the HMAC client id with the time not checked (sign type 0). */
const huawei: DeviceProtocol = {
  commandTopic: (deviceId) => `/huawei/v1/devices/${deviceId}/command/json`,
  read(topic, payload) {
    const { mid, cmd, paras } = JSON.parse(payload.toString());
    return { deviceId: topic.split('/')[4]!, key: String(mid), attempt: undefined, method: cmd, parameters: paras };
  },
  acknowledgement: () => undefined,
  answer: ({ deviceId, key, parameters }, outcome) => ({
    topic: `/huawei/v1/devices/${deviceId}/data/json`,
    payload: JSON.stringify({
      msgType: 'deviceRsp',
      mid: Number(key),
      errcode: outcome === 'succeeded' ? 0 : 1,
      hasMore: 0,
      body: { echo: parameters },
    }),
  }),
  credentials(deviceId, secret) {
    const hour = new Date().toISOString().replace(/[-T]/g, '').slice(0, 10);
    const password = createHmac('sha256', hour).update(secret).digest('hex');
    return { clientId: `${deviceId}_0_0_${hour}`, username: deviceId, password };
  },
};

export const deviceProtocols = { native, huawei } as const;
export type SimulatedWireFormat = keyof typeof deviceProtocols;

import { createHmac } from 'node:crypto';
import type { DeviceProtocol, SimulatedDevice } from './device-protocol.js';

const commandTopic = ({ id }: SimulatedDevice): string => `/huawei/v1/devices/${id}/command/json`;

/** Huawei native MQTT: topics, `mid`, and the HMAC client id with the time not checked (sign type 0). */
export const huawei: DeviceProtocol = {
  listensTo: (device) => [commandTopic(device)],
  isMeantFor: (device, topic) => topic === commandTopic(device),
  read(device, _topic, payload) {
    const { mid, cmd, paras } = JSON.parse(payload.toString());
    if (!Number.isInteger(mid)) throw new Error('a command without a mid');
    return { deviceId: device.id, key: String(mid), attempt: undefined, method: cmd, parameters: paras };
  },
  acknowledgement: () => undefined,
  answer: ({ id }, { key, parameters }, outcome) => ({
    topic: `/huawei/v1/devices/${id}/data/json`,
    payload: JSON.stringify({
      msgType: 'deviceRsp',
      mid: Number(key),
      errcode: outcome === 'succeeded' ? 0 : 1,
      hasMore: 0,
      body: { echo: parameters },
    }),
    qos: 1,
  }),
  credentials({ id }, secret) {
    const hour = new Date().toISOString().replace(/[-T]/g, '').slice(0, 10);
    const password = createHmac('sha256', hour).update(secret).digest('hex');
    return { clientId: `${id}_0_0_${hour}`, username: id, password };
  },
};

import type { DeviceProtocol, SimulatedDevice } from './device-protocol.js';

const topicOf = ({ id }: SimulatedDevice, name: string): string => `downlink/v1/devices/${id}/${name}`;

/** Downlink's own format. */
export const native: DeviceProtocol = {
  listensTo: (device) => [topicOf(device, 'commands')],
  isMeantFor: (device, topic) => topic === topicOf(device, 'commands'),
  read(device, _topic, payload) {
    const { id, attempt, deadline, method, parameters } = JSON.parse(payload.toString());
    return { deviceId: device.id, key: String(id), attempt, deadline: Date.parse(deadline), method, parameters };
  },
  acknowledgement: (device, { key }) => ({
    topic: topicOf(device, 'answers'),
    payload: JSON.stringify({ id: key, status: 'acknowledged' }),
    qos: 1,
  }),
  answer: (device, { key, parameters }, outcome) => ({
    topic: topicOf(device, 'answers'),
    payload: JSON.stringify({
      id: key,
      status: outcome,
      result: { echo: parameters },
      ...(outcome === 'failed' ? { code: '1' } : {}),
    }),
    qos: 1,
  }),
  presence: (device, online, epoch) => ({
    topic: topicOf(device, 'presence'),
    payload: JSON.stringify({ online, epoch }),
    qos: 1,
  }),
  credentials: ({ id }, secret) => ({ clientId: id, username: id, password: secret }),
};

import { keysOf, type DeviceProtocol, type SimulatedDevice } from './device-protocol.js';

function topicOf(device: SimulatedDevice, name: string): string {
  const { productKey, deviceKey } = keysOf(device);
  return `quectel/v1/${productKey}/${deviceKey}/${name}`;
}

/** Downlink's own format for devices of Quectel products, in the words of what the vendor pushes to applications. */
export const quectel: DeviceProtocol = {
  listensTo: (device) => [topicOf(device, 'commands')],
  isMeantFor: (device, topic) => topic === topicOf(device, 'commands'),
  read(device, _topic, payload) {
    const { ticket, attempt, deadline, type, subtype, data } = JSON.parse(payload.toString());
    if (typeof ticket !== 'string') throw new Error('a request without a ticket');
    const known = { deviceId: device.id, key: ticket, attempt, deadline: Date.parse(deadline) };
    return { ...known, method: `${type} ${subtype} ${data.code ?? ''}`.trimEnd(), parameters: data.kv ?? data };
  },
  acknowledgement: (device, { key }) => ({
    topic: topicOf(device, 'answers'),
    payload: JSON.stringify({ type: 'REQACK', ticket: key, status: 'succ' }),
    qos: 1,
  }),
  answer: (device, { key, parameters }, outcome) => ({
    topic: topicOf(device, 'answers'),
    payload: JSON.stringify(
      outcome === 'succeeded'
        ? { type: 'RESULT', ticket: key, status: 'succ', data: { echo: parameters } }
        : { type: 'RESULT', ticket: key, status: 'fail', code: 1 },
    ),
    qos: 1,
  }),
  presence: (device, online, epoch) => ({
    topic: topicOf(device, 'online'),
    payload: JSON.stringify({ value: online ? 1 : 0, epoch }),
    qos: 1,
  }),
  credentials(device, secret) {
    const { productKey, deviceKey } = keysOf(device);
    const username = `${productKey}/${deviceKey}`;
    return { clientId: username, username, password: secret };
  },
};

import { describe, expect, it } from '@jest/globals';
import { wireFormats } from '@downlink/southbound-mqtt';
import { deviceProtocols, type SimulatedWireFormat } from './device-protocol.js';

const formats = Object.keys(deviceProtocols) as SimulatedWireFormat[];
const ID = '1056234875692351488';
const device = { id: 'dk1', productKey: 'pk1' };
const address = { deviceId: 'dk1', productKey: 'pk1', deviceKey: 'dk1' };

const dispatch = {
  commandId: ID,
  device: address,
  attempt: 2,
  deadline: 1_795_262_016_620,
  service: 'switch',
  method: 'invoke',
  parameters: { on: true, label: 'Übung' },
  correlation: 513,
};

/** Each was written after the documents, without a look at the other: where they differ, one of them is wrong. */
describe.each(formats)('platform and simulated device, in the wire format %s,', (format) => {
  const [codec, protocol] = [wireFormats[format], deviceProtocols[format]];
  const ref = format === 'huawei' ? { correlation: 513 } : { commandId: ID };
  const { topic, payload } = codec.encode(dispatch);
  const command = protocol.read(device, topic, Buffer.from(payload));
  const decoded = (message: { topic: string; payload: string } | undefined) =>
    message && codec.decode(message.topic, Buffer.from(message.payload));

  it('agree where commands go', () => {
    expect(protocol.isMeantFor(device, topic)).toBe(true);
    const listened = [...protocol.listensTo(device), ...codec.subscriptionsFor(address, ['switch'])];
    expect(listened).toContain(topic);
    for (const each of protocol.listensTo(device)) expect(codec.maySubscribe(address, each)).toBe(true);
  });

  it('agree what a command says', () => {
    expect(command).toMatchObject({ key: format === 'huawei' ? '513' : ID, parameters: dispatch.parameters });
  });

  it.each(['succeeded', 'failed'] as const)('agree what %s is', (outcome) => {
    const answer = protocol.answer(device, command, outcome);
    expect(codec.mayPublish(address, answer.topic)).toBe(true);
    expect(decoded(answer)).toMatchObject({ kind: 'answered', ref, outcome });
    if (outcome === 'succeeded') expect(decoded(answer)).toMatchObject({ result: { echo: dispatch.parameters } });
  });

  it('agree what an acknowledgement and a presence are, where the format has them', () => {
    const acknowledged = decoded(protocol.acknowledgement(device, command));
    if (acknowledged) expect(acknowledged).toMatchObject({ kind: 'acknowledged', ref });
    expect(codec.presenceTopic?.(address)).toBe(protocol.presence?.(device, true, 7).topic);
    if (protocol.presence === undefined) return;
    expect(decoded(protocol.presence(device, true, 7))).toMatchObject({ kind: 'reachable', epoch: 7 });
    expect(decoded(protocol.presence(device, false, 7))).toMatchObject({ kind: 'unreachable', epoch: 7 });
  });
});

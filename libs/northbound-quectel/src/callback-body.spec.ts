import { describe, expect, it } from '@jest/globals';
import type { CommandEvent, EventType, Json } from '@downlink/command-domain';
import { anEvent, aRequest, COMMAND, T0 } from '@downlink/command-domain/contracts';
import { callbackBody, SILENT_EVENTS, type ToldFact } from './callback-body.js';
import { readGolden } from './spec-support/read-golden.js';

const { bodies } = readGolden<{ bodies: Partial<Record<EventType | 'CommandSucceededRead', string>> }>('callback');
const filled = (body: string | undefined) => body?.replaceAll('$AT', String(T0)).replace('$TICKET', COMMAND);

const factOf = (event: CommandEvent, over: Partial<ToldFact> = {}): ToldFact => ({
  commandId: COMMAND,
  event,
  request: aRequest({
    service: 'fuwu',
    method: 'invoke',
    dialectData: { productKey: 'PK0001', deviceKey: 'DK00001' },
  }),
  lanePosition: 3,
  ...over,
});
const succeeded = (result: Json) => ({ ...anEvent.CommandSucceeded, at: T0, result });
const requestOf = (service: string, method: string) => ({ ...factOf(succeeded(null)).request, service, method });
const dataOf = (body: string | undefined) => (JSON.parse(body!) as { data: { kv?: unknown } }).data;

describe('a callback', () => {
  it.each(Object.values(anEvent).map((event) => [event.type, { ...event, at: T0 } as CommandEvent] as const))(
    'for %s is the golden one or none',
    (type, event) => {
      expect(callbackBody(factOf(event))).toBe(filled(bodies[type]));
      expect(SILENT_EVENTS.includes(type)).toBe(bodies[type] === undefined);
    },
  );

  it('for the answer to a read is a message about properties', () => {
    const request = requestOf('properties', 'read');
    expect(callbackBody(factOf(succeeded({ target: 12 }), { request }))).toBe(filled(bodies.CommandSucceededRead));
  });

  it.each([
    ['properties', 'write'],
    ['raw', 'send'],
  ])('for the success of %s.%s is its receipt', (service, method) => {
    const request = requestOf(service, method);
    expect(callbackBody(factOf(succeeded({}), { request }))).toBe(filled(bodies.CommandDelivered));
  });

  it('has every value as text, arrays and structs in the nested encoding, and nothing that is null', () => {
    const result = { a: 1, b: false, c: null, d: [1, 2], e: { f: 'x' } };
    expect(dataOf(callbackBody(factOf(succeeded(result)))).kv).toEqual({
      a: '1',
      b: 'false',
      d: [{ '0': '1' }, { '0': '2' }],
      e: [{ f: 'x' }],
    });
    expect(dataOf(callbackBody(factOf(succeeded([1])))).kv).toEqual({ value: [{ '0': '1' }] });
  });
});

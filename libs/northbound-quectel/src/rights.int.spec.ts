import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Fault, type Outcome } from '@downlink/command-engine';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { quectelFace } from './face.js';
import { QuectelModule } from './quectel.module.js';
import {
  APPLICATION,
  declareSpecimens,
  entriesOf,
  OWN,
  QuectelClient,
  TSL,
  type JsonAnswer,
} from './spec-support/quectel-client.js';

describe('what an application may do', () => {
  let running: RunningNorthbound;
  let submitAll: ((submissions: readonly unknown[]) => Promise<Outcome[]>) | undefined;

  beforeAll(async () => {
    running = await startNorthbound([quectelFace], (ports) =>
      QuectelModule.forRoot({
        ...ports,
        commands: Object.assign(Object.create(ports.commands) as typeof ports.commands, {
          submitAll: (submissions: Parameters<typeof ports.commands.submitAll>[0]) =>
            submitAll?.(submissions) ?? ports.commands.submitAll(submissions),
        }),
      }),
    );
    await declareSpecimens(running);
  });
  afterAll(() => running.stop());

  /** An application of its own, with these rights. */
  const declared = async (id: string, over: object): Promise<QuectelClient> => {
    const quectel = { accessKey: `key-${id}`, accessSecret: `secret-${id}` };
    await running.ports.registry.apply({
      applications: [{ id, name: id, credentials: { quectel }, ...over }],
      products: [],
      devices: [],
    });
    return QuectelClient.of(running.url, quectel.accessKey, quectel.accessSecret);
  };
  const codes = (answer: JsonAnswer) => entriesOf(answer).map(({ code }) => code);

  it('is bound to its methods, with 91005 for all others', async () => {
    const methods = { allow: ['fuwu.*', 'properties.read'], deny: [] };
    const client = await declared('reader', { methods, authorisedBy: [APPLICATION] });
    expect(codes(await client.service())).toEqual([200]);
    expect(codes(await client.tsl('readData', ['a']))).toEqual([200]);
    const facts = running.facts.length;
    for (const refused of [
      client.tsl('writeData', [{ a: '1' }]),
      client.tsl('sendServiceData', [{ other: [] }]),
      client.raw(),
    ]) {
      expect(await refused).toMatchObject({ status: 200, code: 91005, body: { data: null } });
    }
    expect(running.facts).toHaveLength(facts);
  });

  it('includes what belongs to an application that has authorised it, but not that one’s models', async () => {
    const client = await declared('partner', { authorisedBy: [APPLICATION] });
    const answer = await client.service({ isCache: true });
    expect(codes(answer)).toEqual([200]);
    const ticket = entriesOf(answer)[0]!.ticket!;
    expect((await client.history(`ticket=${ticket}`)).body['total']).toBe(1);
    expect(codes(await client.raw({ devices: [OWN] }))).toEqual([200]);
    expect(await client.call('GET', `${TSL}/export/tslFile?productKey=PK0002`)).toMatchObject({ code: 200 });
    const imported = await client.call('POST', `${TSL}/import/tslFile?productKey=PK0002`, { properties: [] });
    expect(imported).toMatchObject({ code: 70089 });
  });

  it('is nothing of another’s without that', async () => {
    const client = await declared('stranger', {});
    expect(await client.service()).toMatchObject({ code: 70089 });
    expect(codes(await client.raw())).toEqual([70089]);
  });

  it('ends with its calls of the minute, with 61007', async () => {
    const client = await declared('hasty', { callsPerMinute: 3 });
    const asked = await Promise.all(Array.from({ length: 8 }, () => client.call('GET', `${TSL}/export/tslFile`)));
    // A minute may end meanwhile.
    expect(asked.filter(({ code }) => code === 50006).length).toBeLessThanOrEqual(6);
    expect(asked).toContainEqual(expect.objectContaining({ status: 200, code: 61007 }));
  });

  describe('while something is away', () => {
    let client: QuectelClient;

    beforeAll(async () => {
      client = await QuectelClient.of(running.url);
    });

    it('what cannot be stored now is answered with 70000 and HTTP 503', async () => {
      submitAll = () => Promise.reject(new Fault('store-unavailable', 'away', { retryable: true }));
      expect(await client.service()).toMatchObject({ status: 503, code: 70000 });
    });

    it('what could not be stored for one device alone is that device’s 70051', async () => {
      const cause = new Fault('store-refused', 'no', { retryable: false });
      const signal = { kind: 'lane-turn', deviceId: 'x' } as const;
      submitAll = () => Promise.resolve([{ kind: 'failed', signal, cause }]);
      expect(codes(await client.service())).toEqual([70051]);
    });

    afterAll(() => (submitAll = undefined));
  });
});

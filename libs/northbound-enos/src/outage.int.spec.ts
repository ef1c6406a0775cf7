import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Fault, type Outcome } from '@downlink/command-engine';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { EnosModule } from './enos.module.js';
import { enosFaces } from './face.js';
import { declareSpecimens, EnosClient } from './spec-support/enos-client.js';

describe('while something is away', () => {
  let running: RunningNorthbound;
  let client: EnosClient;
  let submit: () => Promise<Outcome>;

  beforeAll(async () => {
    running = await startNorthbound(enosFaces, (ports) =>
      EnosModule.forRoot({
        ...ports,
        commands: Object.assign(Object.create(ports.commands) as typeof ports.commands, { submit: () => submit() }),
      }),
    );
    await declareSpecimens(running);
    client = await EnosClient.of(running.url);
  });
  afterAll(() => running.stop());

  it.each([{ pendingTtl: '60' }, { pendingTtl: '0' }])(
    'a command that cannot be stored now (%j) is answered with 99500 and HTTP 503, and holds no place',
    async (query) => {
      submit = () => Promise.reject(new Fault('store-unavailable', 'away', { retryable: true }));
      expect(await client.invoke(query)).toMatchObject({ status: 503, code: 99500, submsg: null, data: null });
      expect(running.ports.finalEvents.held).toBe(0);
    },
  );

  it('data that the database refuses are the caller’s error, not the server’s', async () => {
    const cause = new Fault('store-refused', 'no', { retryable: false });
    submit = () => Promise.resolve({ kind: 'failed', signal: { kind: 'device-reachable', deviceId: 'x' }, cause });
    expect(await client.invoke({ pendingTtl: '60' })).toMatchObject({ status: 200, code: 99400 });
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Fault, type Outcome } from '@downlink/command-engine';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { huaweiFace } from './face.js';
import { HuaweiModule } from './huawei.module.js';
import { declareSpecimens, HuaweiClient } from './spec-support/huawei-client.js';

describe('while something is away', () => {
  let running: RunningNorthbound;
  let client: HuaweiClient;
  let submit: (request: unknown) => Promise<Outcome>;

  beforeAll(async () => {
    running = await startNorthbound([huaweiFace], (ports) =>
      HuaweiModule.forRoot({
        ...ports,
        commands: Object.assign(Object.create(ports.commands) as typeof ports.commands, {
          submit: (request: unknown) => submit(request),
        }),
      }),
    );
    await declareSpecimens(running);
    client = await HuaweiClient.of(running.url);
  });
  afterAll(() => running.stop());

  it('a command that cannot be stored now is answered with 100501 and HTTP 503', async () => {
    submit = () => Promise.reject(new Fault('store-unavailable', 'away', { retryable: true }));
    const { status, body } = await client.create();
    expect(status).toBe(503);
    expect(body).toEqual({ error_code: '100501', error_desc: expect.any(String) });
  });

  it('data that the database refuses are the caller’s error, not the server’s', async () => {
    const cause = new Fault('store-refused', 'no', { retryable: false });
    submit = () => Promise.resolve({ kind: 'failed', signal: { kind: 'device-reachable', deviceId: 'x' }, cause });
    const { status, body } = await client.create();
    expect(status).toBe(400);
    expect(body).toMatchObject({ error_code: '100022' });
  });

  it('a device that is away is told with 100428 and HTTP 200', async () => {
    submit = () =>
      Promise.resolve({
        kind: 'rejected',
        signal: { kind: 'device-reachable', deviceId: 'x' },
        rejection: { code: 'device-unreachable' },
        head: null,
      });
    const { status, body } = await client.create();
    expect(status).toBe(200);
    expect(body).toMatchObject({ error_code: '100428' });
  });
});

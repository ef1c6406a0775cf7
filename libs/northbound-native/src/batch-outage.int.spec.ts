import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Fault, type Outcome, type Submission } from '@downlink/command-engine';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { nativeFace } from './face.js';
import { NativeModule } from './native.module.js';
import { ADMIN_KEY, APPLICATION_KEY, NativeClient, PROVISION } from './spec-support/native-client.js';
import { expectProblem } from './spec-support/native-world.js';

const AWAY = new Fault('store-unavailable', 'away', { retryable: true });
const COMMAND = { service: 'switch', method: 'turn' };

describe('a batch while something is away', () => {
  let running: RunningNorthbound;
  let client: NativeClient;
  let taken: (submissions: readonly Submission[]) => Promise<Outcome[]>;
  let instead: typeof taken;
  let made = 0;
  let devices: string[];

  beforeAll(async () => {
    running = await startNorthbound([nativeFace], (ports) => {
      taken = (submissions) => ports.commands.submitAll(submissions);
      const commands = Object.assign(Object.create(ports.commands) as typeof ports.commands, {
        submitAll: (submissions: readonly Submission[]) => instead(submissions),
      });
      return NativeModule.forRoot({ ...ports, commands }, { adminKey: ADMIN_KEY });
    });
    client = new NativeClient(running, APPLICATION_KEY);
    const admin = new NativeClient(running, ADMIN_KEY);
    expect((await admin.post('/v1/provision', PROVISION)).status).toBe(200);
  });
  afterAll(() => running.stop());
  beforeEach(async () => {
    devices = ['a', 'b', 'c'].map((name) => `${name}-${String(made)}`);
    made += 1;
    const of = { applicationId: 'app-1', productKey: 'lamp', name: '', activated: true };
    await running.store.registry.apply({
      applications: [],
      products: [],
      devices: devices.map((id) => ({ id, ...of })),
    });
  });

  const post = (headers = {}) => client.post('/v1/commands/batch', { devices, command: COMMAND }, headers);
  const total = async () => {
    const answers = await Promise.all(devices.map((id) => client.get(`/v1/commands?deviceId=${id}`)));
    return answers.map(({ body }) => body['total']);
  };

  it('is answered with 503 when the store took nothing', async () => {
    instead = () => Promise.reject(AWAY);
    const answer = await post();
    expectProblem(answer, 503, 'unavailable');
    expect(answer.headers['retry-after']).toBe('1');
  });

  it('can be sent again under its key when the answer was lost: the same commands, not one more', async () => {
    const key = { 'idempotency-key': `lost-${String(made)}` };
    let ids: unknown[] = [];
    instead = async (submissions) => {
      ids = (await taken(submissions)).map((outcome) => outcome.kind !== 'failed' && outcome.head?.commandId);
      throw AWAY;
    };
    expectProblem(await post(key), 503, 'unavailable');
    instead = taken;
    const { status, body } = await post(key);
    expect(status).toBe(200);
    expect(body['items']).toMatchObject(ids.map((id) => ({ id, replayed: true })));
    expect(await total()).toEqual([1, 1, 1]);
  });

  it('tells each item what became of it when the store went away half way', async () => {
    instead = async (submissions) => {
      const [first, ...rest] = await taken(submissions.slice(0, 1));
      const lost = submissions.slice(1).map((_, index): Outcome => {
        const cause = index === 0 ? AWAY : new Fault('store-refused', 'no', { retryable: false });
        return { kind: 'failed', signal: first!.signal, cause };
      });
      return [first!, ...rest, ...lost];
    };
    const { status, body } = await post();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      accepted: 1,
      refused: 2,
      items: [
        { status: 'sending' },
        { problem: { status: 503, code: 'unavailable' } },
        { problem: { code: 'malformed' } },
      ],
    });
    expect(await total()).toEqual([1, 0, 0]);
  });
});

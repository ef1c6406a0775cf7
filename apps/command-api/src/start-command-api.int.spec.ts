import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandGateway, createEngine, DeadLetterDesk, LeasedCommandIds, SignalQueue } from '@downlink/command-engine';
import { FinalEvents, Quota } from '@downlink/northbound-kit';
import { applyProvisionFile } from '@downlink/provisioning';
import { createLogger, HealthRegistry, Metrics } from '@downlink/runtime';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import { startCommandApi } from './start-command-api.js';

const ADMIN_KEY = 'admin-key-of-the-tests';
const NATIVE_KEY = 'native-key-of-the-tests';

describe('the command API', () => {
  let database: TestDatabase;
  let store: PostgresStore;
  let ids: LeasedCommandIds;
  let api: { port: number; stop(): Promise<void> };
  let folder: string;
  let lines: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'downlink-api-'));
    database = await createTestDatabase({ template: migrate });
    const secretsKey = Buffer.alloc(32, 7).toString('base64');
    store = createPostgresStore({ url: database.url, poolSize: 4, secretsKey, onConnectionError: () => {} });
    ids = new LeasedCommandIds(store.workerNumbers, { owner: 'spec' });
    await ids.start();
    const engine = createEngine(store.commandStore, { handOver: () => {} });
    const health = new HealthRegistry();
    health.register('postgres', async () => store.health().then(() => ({ ok: true })));
    lines = [];
    api = await startCommandApi({
      sources: {
        commands: new CommandGateway(ids, new SignalQueue(engine), store.commandReader),
        reader: store.commandReader,
        registry: store.registry,
        tokens: store.accessTokens,
        webhooks: store.webhookDeliveries,
        strayAnswers: store.strayAnswers,
        cancelTasks: store.cancelTasks,
        batchTasks: store.batchTasks,
        subscriptions: store.subscriptions,
        deadLetters: new DeadLetterDesk({
          letters: store.deadLetters,
          lanes: engine,
          records: { replay: async () => {} },
        }),
        finalEvents: new FinalEvents({ reader: store.commandReader, logger: { warn: () => {} } }),
        quota: new Quota({ counts: store.callCounts, logger: { warn: () => {} } }),
      },
      dialects: { native: { adminKey: ADMIN_KEY } },
      port: 0,
      host: '127.0.0.1',
      mount: (http) => http.get('/', async () => 'welcome'),
      logger: createLogger({ service: 'command-api', destination: { write: (line) => lines.push(line) } }),
      metrics: new Metrics({ service: 'command-api' }),
      health,
    });
  });
  afterAll(async () => {
    await api.stop();
    await ids.stop();
    await store.close();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${String(api.port)}${path}`, { headers });
  const fileWith = async (text: string) => {
    const file = join(folder, 'provision.json');
    await writeFile(file, text);
    return file;
  };

  it('tells of its health and its metrics, and serves what its host mounts', async () => {
    expect((await get('/health/live')).status).toBe(200);
    expect(await (await get('/health/ready')).json()).toMatchObject({
      ready: true,
      checks: { postgres: { ok: true } },
    });
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toContain('process_cpu_user_seconds_total');
    expect(metrics).toMatch(/^downlink_waiting_calls\{.*\} 0$/m);
    expect(metrics).toMatch(/^downlink_open_dead_letters\{.*\} 0$/m);
    expect(await (await get('/')).text()).toBe('welcome');
  });

  it('answers each path in the form of its dialect, and the rest as a problem', async () => {
    expect(await (await get('/iocm/nothing')).json()).toMatchObject({ error_code: '100022' });
    expect((await get('/v1/nothing')).headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect((await get('/nothing')).headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it('shows over its own API what came in over a vendor’s', async () => {
    const application = { id: 'app-1', native: { key: NATIVE_KEY }, huawei: { secret: 's' } };
    const declaration = {
      applications: [application],
      products: [{ key: 'lamp', application: 'app-1', wireFormat: 'native' }],
      devices: [{ id: 'lamp-1', application: 'app-1', product: 'lamp' }],
    };
    const file = await fileWith(JSON.stringify(declaration));
    await applyProvisionFile({ PROVISION: file }, store.registry);
    const base = `http://127.0.0.1:${String(api.port)}/iocm/app`;
    const login = await fetch(`${base}/sec/v1.1.0/login`, {
      method: 'POST',
      body: new URLSearchParams({ appId: 'app-1', secret: 's' }),
    });
    const { accessToken } = (await login.json()) as { accessToken: string };
    const created = await fetch(`${base}/cmd/v1.4.0/deviceCommands`, {
      method: 'POST',
      headers: { app_key: 'app-1', authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        deviceId: 'lamp-1',
        command: { serviceId: 'switch', method: 'turn', paras: { on: true } },
      }),
    });
    const { commandId } = (await created.json()) as { commandId: string };
    const decimal = BigInt(`0x${commandId}`).toString();
    const history = await get(`/v1/commands/${decimal}/history`, { authorization: `Bearer ${NATIVE_KEY}` });
    expect(await history.json()).toMatchObject({
      command: { id: decimal, dialect: 'huawei', status: 'sending' },
      events: [{ type: 'CommandAccepted' }, { type: 'AttemptStarted', attempt: 1 }],
    });
  });

  it('writes no secret and nothing of bodies to its log', () => {
    expect(lines.join('')).not.toMatch(/native-key-of-the-tests|admin-key-of-the-tests/);
  });
});

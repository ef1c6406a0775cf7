import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCommandId, type CommandId } from '@downlink/command-domain';
import { aRequest } from '@downlink/command-domain/contracts';
import { createEngine } from '@downlink/command-engine';
import { createPostgresStore, LogWatch, migrate, type PostgresStore } from '@downlink/store-postgres';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import { brokenPromises, type Promises } from './broken-promises.js';

const SINCE = Date.UTC(2026, 0, 1);
const id = (n: number): CommandId => makeCommandId(SINCE + 1_000, 1, n);
const [CANCELED, QUEUED, TWIN, NEVER] = [id(1), id(2), id(3), id(4)];

let database: TestDatabase;
let store: PostgresStore;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'downlink-promises-'));
  database = await createTestDatabase({ template: migrate });
  store = createPostgresStore({
    url: database.url,
    poolSize: 2,
    applicationName: 'spec',
    onConnectionError: (error) => {
      throw error;
    },
  });
  const engine = createEngine(store.commandStore, { handOver: () => undefined });
  const submit = (commandId: CommandId, key: string) =>
    ({ kind: 'submit', commandId, deviceId: 'd', request: aRequest({ deviceId: 'd', parameters: { key } }) }) as const;
  const outcomes = await engine.handle([
    { kind: 'device-unreachable', deviceId: 'd' },
    submit(CANCELED, 'one'),
    submit(QUEUED, 'two'),
    submit(TWIN, 'two'),
    { kind: 'cancel', commandId: CANCELED, deviceId: 'd' },
  ]);
  expect(outcomes.map(({ kind }) => kind)).toEqual(Array(5).fill('committed'));
});

afterAll(async () => {
  await store.close();
  await database.drop();
  rmSync(folder, { recursive: true });
});

async function broken(promises: Partial<Promises>, wire: string, since = SINCE): Promise<string[]> {
  const file = join(folder, 'wire.jsonl');
  writeFileSync(file, wire);
  const evidence = { watch: new LogWatch(database.url), wires: [file], since };
  const found = await brokenPromises({ taken: [], canceled: [], complaints: new Map(), ...promises }, evidence);
  return found.map(({ rule, text }) => `${rule}: ${text}`);
}

describe('the promises of an application', () => {
  const afterAllOfThem = SINCE + 60_000;

  it('are kept where the log and the wire say what it was told', async () => {
    const wire = `{"deviceId":"d","key":"${QUEUED}"}\n`;
    expect(await broken({ taken: [CANCELED], canceled: [CANCELED] }, wire, afterAllOfThem)).toEqual([]);
  });

  it('are broken by a command that is not there, or never ends', async () => {
    const found = await broken({ taken: [CANCELED, QUEUED, NEVER] }, '', afterAllOfThem);
    expect(found.toSorted()).toEqual([
      `1: command ${QUEUED}: was taken, is queued`,
      `1: command ${NEVER}: was taken, is missing`,
    ]);
  });

  it('are broken by a confirmed cancel that did not last, or came too late for the wire', async () => {
    const wire = `{"deviceId":"d","key":"${CANCELED}"}\n`;
    expect(await broken({ canceled: [CANCELED, TWIN] }, wire, afterAllOfThem)).toEqual([
      `4: command ${TWIN}: its cancel was confirmed, it is queued`,
      `4: command ${CANCELED}: published although its cancel was confirmed`,
    ]);
  });

  it('are broken by two commands of one key, and by answers that nobody should get', async () => {
    const complaints = new Map([['500 internal', 2]]);
    expect(await broken({ complaints }, '')).toEqual([
      '9: key two: 2 commands of one',
      'application: 2 times: 500 internal',
    ]);
  });
});

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDataSource, migrate } from '@downlink/store-postgres';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

function run(...args: string[]) {
  const options = { cwd: ROOT, encoding: 'utf8', env: {} } as const;
  return spawnSync(process.execPath, ['apps/e2e/invariants.mjs', ...args], options);
}

describe('npm run invariants', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase({ template: migrate });
  });

  afterEach(() => database.drop());

  it('prints a line for every rule and ends with 0 where all hold', () => {
    const { status, stdout, stderr } = run('--database', database.url);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^2 +histories are gapless and allowed; head = fold +0 +0$/m);
    expect(stdout).toMatch(/^8 +not checked here/m);
    expect(stdout).toMatch(/every rule holds\n$/);
    expect(status).toBe(0);
  });

  it.each([
    [[], /give --database/],
    [['--database', 'postgres://x/y', '--slack-ms', 'soon'], /--slack-ms takes a whole number/],
    [['--database', 'postgres://127.0.0.1:1/none'], /could not be checked: .*ECONNREFUSED/],
    [['--colour'], /--colour/],
  ])('ends with 2 when it cannot look: %j', (args, message) => {
    const { status, stderr } = run(...args);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });

  it('ends with 2 when a wire is not there', () => {
    const { status, stderr } = run('--database', database.url, '--wire', 'nowhere.jsonl');
    expect(stderr).toMatch(/nowhere\.jsonl/);
    expect(status).toBe(2);
  });

  it('ends with 1 and a list when a rule does not hold', async () => {
    const dataSource = await createDataSource({ url: database.url, poolSize: 1 }).initialize();
    await dataSource.query('insert into outbox values (1, 1, 0, now_ms())');
    await dataSource.destroy();
    const { status, stdout } = run('--database', database.url);
    expect(stdout).toMatch(/^breach of outbox: command 1: the outbox points at version 1, which is not there$/m);
    expect(stdout).toMatch(/1 breaches\n$/);
    expect(status).toBe(1);
  });
});

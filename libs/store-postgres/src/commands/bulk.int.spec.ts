import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CommandGateway, createEngine, SignalQueue, type Submission } from '@downlink/command-engine';
import { commandGatewayContract, nextCommandId, requestFor } from '@downlink/command-engine/contracts';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import { createPool, migrate, PostgresCommandReader, PostgresCommandStore } from '../index.js';
import { openCommandStore } from '../spec-support/open-command-store.js';
import { recordStatements } from '../spec-support/record-statements.js';

commandGatewayContract('Postgres', openCommandStore);

describe('the cost of a call on Postgres', () => {
  let database: TestDatabase;
  let pool: ReturnType<typeof createPool>;
  let statements: string[];
  let gateway: CommandGateway;
  beforeEach(async () => {
    database = await createTestDatabase({ template: migrate });
    pool = createPool({
      url: database.url,
      size: 4,
      applicationName: 'spec',
      onConnectionError: (error) => {
        throw error;
      },
    });
    statements = recordStatements(pool);
    const engine = createEngine(new PostgresCommandStore(pool), { handOver: () => undefined });
    gateway = new CommandGateway({ next: nextCommandId }, new SignalQueue(engine), new PostgresCommandReader(pool));
    // Their lanes are made with the devices' first commands, which costs a round trip once.
    await gateway.submitAll(submissions());
    statements.splice(0);
  });
  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  const policy = { ...requestFor('d').policy, laneCap: 10_000 };
  const submissions = (options: Submission['options'] = {}): Submission[] =>
    Array.from({ length: 1_000 }, (_, n) => ({
      request: requestFor(`device-${String(n % 250)}`, { policy }),
      options:
        options.idempotency === undefined
          ? options
          : { ...options, idempotency: { ...options.idempotency, key: String(n) } },
    }));
  const count = (name: string) => statements.filter((statement) => statement === name).length;

  it('is two transactions of five statements for 1,000 commands over 250 devices', async () => {
    await gateway.submitAll(submissions());
    expect(count('commit')).toBe(2);
    expect(statements.toSorted()).toEqual(
      ['begin', 'lock-lanes', 'load-heads', 'write-changes', 'commit'].flatMap((name) => [name, name]).toSorted(),
    );
  });

  it('is one statement more in each transaction for keys, whatever their number', async () => {
    await gateway.submitAll(submissions({ idempotency: { key: '', digest: 'digest' } }));
    expect(statements.toSorted()).toEqual(
      ['begin', 'lock-lanes', 'load-heads', 'find-keys', 'write-changes-and-keys', 'commit']
        .flatMap((name) => [name, name])
        .toSorted(),
    );
    statements.splice(0);
    await gateway.submitAll(submissions({ idempotency: { key: '', digest: 'digest' } }));
    expect(statements.toSorted()).toEqual(
      ['begin', 'lock-lanes', 'load-heads', 'find-keys', 'rollback'].flatMap((name) => [name, name]).toSorted(),
    );
  });

  it('is one statement more in each transaction where commands supersede others, whatever their number', async () => {
    await gateway.submitAll(submissions({ supersedes: 'all' }));
    expect(count('load-queues')).toBe(2);
    expect(statements).toHaveLength(12);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCommandId } from '@downlink/command-domain';
import { createEmptyDatabase, type TestDatabase } from '@downlink/testing';
import { LIVED, liveThroughEverything } from './spec-support/live-through-everything.js';
import { LogWatch } from './watch-log.js';

let database: TestDatabase;
let watch: LogWatch;

beforeAll(async () => {
  database = await createEmptyDatabase();
  await liveThroughEverything(database.url);
  watch = new LogWatch(database.url);
});
afterAll(() => database.drop());

const unfinishedOfLived = async (): Promise<number> => (await watch.notFinal(Object.values(LIVED))).length;

describe('watching the log', () => {
  it('counts what is under way', async () => {
    expect(await watch.unfinished()).toBe(await unfinishedOfLived());
  });

  it('names the commands that an application was promised and that are not there or not over', async () => {
    const unknown = makeCommandId(Date.UTC(2026, 0, 1), 1, 1);
    expect(await watch.notFinal([LIVED.succeeded, LIVED.waiting, unknown])).toEqual(
      expect.arrayContaining([
        { id: LIVED.waiting, status: 'queued' },
        { id: unknown, status: 'missing' },
      ]),
    );
    expect(await watch.notIn('canceled', [LIVED.canceled, LIVED.failed])).toEqual([
      { id: LIVED.failed, status: 'failed' },
    ]);
  });

  it('says what has not settled yet', async () => {
    expect(await watch.unsettled(Date.UTC(2026, 0, 1))).toContain(`${await unfinishedOfLived()} commands not final`);
  });

  it('does not take commands without a parameter for ones that share it', async () => {
    expect(await watch.repeated('key', Date.UTC(2026, 0, 1))).toEqual([]);
  });
});

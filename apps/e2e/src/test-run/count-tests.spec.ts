import { describe, expect, it } from '@jest/globals';

interface Counted {
  passed: number;
  failed: number;
  skipped: number;
  notes: string[];
}
interface Run {
  exitCode?: number;
  noSkip?: boolean;
  files: { status?: string; tests: string[] }[];
}

const { countTests } = (await import(new URL('../../run/count-tests.mjs', import.meta.url).href)) as {
  countTests(run: object): Counted;
};

function count({ exitCode = 0, noSkip = false, files }: Run): Counted {
  const testResults = files.map(({ status = 'passed', tests }) => ({
    status,
    assertionResults: tests.map((test) => ({ status: test, fullName: `a ${test} test` })),
  }));
  return countTests({ size: 'int', exitCode, noSkip, report: { testResults } });
}

describe('the count of a test run', () => {
  it('adds up over files, and names what was skipped', () => {
    const files = [
      { tests: ['passed', 'passed', 'pending'] },
      { status: 'failed', tests: ['passed', 'failed', 'todo'] },
    ];
    const notes = ['int: a pending test', 'int: a todo test'];
    expect(count({ exitCode: 1, files })).toEqual({ passed: 3, failed: 1, skipped: 2, notes });
  });

  it('counts a file that fails without a failing test', () => {
    expect(count({ exitCode: 1, files: [{ status: 'failed', tests: [] }, { tests: ['passed'] }] }).failed).toBe(1);
    expect(count({ exitCode: 1, files: [{ status: 'failed', tests: ['passed'] }] })).toMatchObject({
      passed: 1,
      failed: 1,
    });
  });

  it('has failed when no test was executed', () => {
    expect(count({ files: [] })).toMatchObject({ passed: 0, failed: 1, notes: ['int: no test was executed'] });
    expect(count({ files: [{ tests: ['pending'] }] })).toMatchObject({ passed: 0, failed: 1, skipped: 1 });
  });

  it('has failed when Jest ends badly, although no test failed', () => {
    expect(count({ exitCode: 1, files: [{ tests: ['passed'] }] })).toMatchObject({ passed: 1, failed: 1 });
  });

  it('counts a skip as a failure where skips are forbidden', () => {
    const files = [{ tests: ['passed', 'pending'] }];
    expect(count({ noSkip: true, files })).toMatchObject({ passed: 1, failed: 1, skipped: 0 });
  });
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from './repository-root.js';

interface Report {
  success: boolean;
  testResults: { status: string; message: string; assertionResults: { status: string; fullName: string }[] }[];
}

/** Runs one spec file with the repository's Jest settings in a Jest of its own and gives its report. */
function runJest(spec: string, env: Record<string, string> = {}): Report {
  const root = repositoryRoot();
  const folder = mkdtempSync(join(tmpdir(), 'jest-rules-spec-'));
  try {
    const base = pathToFileURL(join(root, 'libs/testing/jest/base.mjs')).href;
    const settings = `{ ...base, roots: [${JSON.stringify(folder)}], testRegex: 'planted\\\\.ts$' }`;
    writeFileSync(join(folder, 'jest.config.mjs'), `import { base } from '${base}';\nexport default ${settings};\n`);
    writeFileSync(join(folder, 'planted.ts'), spec);
    const report = join(folder, 'report.json');
    const program = ['--experimental-vm-modules', join(root, 'node_modules/jest/bin/jest.js')];
    const args = ['--config', join(folder, 'jest.config.mjs'), '--json', '--outputFile', report];
    const { stderr } = spawnSync(process.execPath, [...program, ...args], { encoding: 'utf8', env, cwd: root });
    if (!stderr.includes('Test Suites:')) throw new Error(stderr);
    return JSON.parse(readFileSync(report, 'utf8')) as Report;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('a spec file', () => {
  it('has failed when it leaves open what it opened through this room, although its tests passed', () => {
    const { success, testResults } = runJest(`
      import { it } from '@jest/globals';
      import { startWebhookReceiver } from '@downlink/testing';
      it('forgets to stop', async () => { await startWebhookReceiver(); setTimeout(() => process.exit(0), 1000); });
    `);
    expect(success).toBe(false);
    expect(testResults[0]?.message).toMatch(/left open at the end of the spec file: webhook receiver on port \d+/);
  });

  it('has passed when it closed everything, also in afterAll', () => {
    const { success } = runJest(`
      import { afterAll, it } from '@jest/globals';
      import { startWebhookReceiver } from '@downlink/testing';
      let receiver;
      afterAll(() => receiver.stop());
      it('stops later', async () => { receiver = await startWebhookReceiver(); });
    `);
    expect(success).toBe(true);
  });

  const needsKafka = `
    import { it } from '@jest/globals';
    import { describeWithServers } from '@downlink/testing';
    describeWithServers(['kafka'], 'the bus', () => { it('carries facts', () => {}); });
    it('needs nothing', () => {});
  `;
  // Without a search path there is neither Java nor Docker.
  const bareMachine = { PATH: '' };

  it('is skipped by name and with the reason where a server is missing', () => {
    const { success, testResults } = runJest(needsKafka, bareMachine);
    expect(success).toBe(true);
    const byStatus = Object.fromEntries(
      testResults[0]!.assertionResults.map(({ status, fullName }) => [status, fullName]),
    );
    expect(byStatus['pending']).toMatch(/^the bus \[skipped: Kafka: neither Java 17 .*\] carries facts$/);
    expect(byStatus['passed']).toBe('needs nothing');
  });

  it('fails where a server is missing and skips are forbidden', () => {
    const { success, testResults } = runJest(needsKafka, { ...bareMachine, DOWNLINK_NO_SKIP: '1' });
    expect(success).toBe(false);
    expect(testResults[0]!.assertionResults.find(({ status }) => status === 'failed')?.fullName).toMatch(/^the bus /);
  });

  it('takes a Kafka that it is told of', () => {
    const { testResults } = runJest(needsKafka, { ...bareMachine, KAFKA_BROKERS: 'kafka.example:9092' });
    expect(testResults[0]!.assertionResults.map(({ status }) => status)).toEqual(['passed', 'passed']);
  });
});

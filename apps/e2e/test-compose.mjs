/**
 * `npm run test:compose`: builds the image, brings docker-compose.yml up under a project of its own, runs the end-to-end tests
 * against the containers, and takes everything down again, also on failure and on Ctrl-C. The last line is the sum.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApps } from './run/build-apps.mjs';
import { describeTrouble, freePorts, openProject } from './run/compose-project.mjs';
import { installIfNeeded } from './run/install.mjs';
import { runJest } from './run/run-jest.mjs';

const SCALE = { dispatcher: 2, scheduler: 2, notifier: 2 };

const engine = spawnSync('docker', ['compose', 'version'], { encoding: 'utf8' });
const answers = engine.status === 0 && spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 20_000 }).status === 0;
if (!answers) {
  const noSkip = process.env.DOWNLINK_NO_SKIP === '1';
  console.log('skipped: end-to-end tests against docker-compose.yml: no container engine with Compose v2 answers');
  console.log(noSkip ? '0 passed, 1 failed, 0 skipped' : '0 passed, 0 failed, 1 skipped');
  process.exit(noSkip ? 1 : 0);
}

await installIfNeeded();
const folder = mkdtempSync(join(tmpdir(), 'downlink-test-compose-'));
const [api, mqtt, postgres] = await freePorts(3);
const secrets = {
  ADMIN_KEY: randomBytes(24).toString('base64url'),
  POSTGRES_PASSWORD: randomBytes(12).toString('hex'),
};
const project = openProject(`downlink-e2e-${randomBytes(3).toString('hex')}`, {
  ...secrets,
  E2E_API_PORT: String(api),
  E2E_MQTT_PORT: String(mqtt),
  E2E_POSTGRES_PORT: String(postgres),
});

let closing;
/** Once, whoever asks first. */
const close = () => (closing ??= project.down().finally(() => rmSync(folder, { recursive: true, force: true })));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    console.log(`${signal}: taking the containers down`);
    void close().then(() => process.exit(130));
  });
}

let outcome = { passed: 0, failed: 1, skipped: 0, notes: [] };
try {
  if (await project.up(SCALE)) {
    Object.assign(process.env, {
      DOWNLINK_E2E_TARGET: 'compose',
      E2E_API_URL: `http://127.0.0.1:${api}`,
      E2E_ADMIN_KEY: secrets.ADMIN_KEY,
      E2E_MQTT_URL: `mqtt://127.0.0.1:${mqtt}`,
      E2E_DATABASE_URL: `postgres://downlink:${secrets.POSTGRES_PASSWORD}@127.0.0.1:${postgres}/downlink`,
      E2E_RECEIVER_HOST: 'receiver.test',
      E2E_COMPOSE_PROJECT: project.name,
    });
    // The simulated devices and the invariants run here, not in containers.
    if (await buildApps()) outcome = await runJest('e2e', folder);
    if (outcome.failed > 0) await describeTrouble(project);
  } else {
    outcome.notes.push('the containers did not become healthy');
    await describeTrouble(project);
  }
} finally {
  await close();
}

for (const note of outcome.notes ?? []) console.log(note);
console.log(`${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped ?? 0} skipped`);
process.exitCode = outcome.failed === 0 && outcome.passed > 0 ? 0 : 1;

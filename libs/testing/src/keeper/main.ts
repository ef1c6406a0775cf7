import { environment } from '../environment.js';
import { startKafka } from '../kafka/start-kafka.js';
import { startPostgres } from '../postgres/start-postgres.js';
import { sweepRunFolders } from '../processes/run-folder.js';
import { startKeeper } from './keeper.js';

/**
 * The process that keeps a test run's shared servers. It prints its address when it is ready and lives as long as its standard
 * input is open: when the run ends, or is killed, it stops what it started and removes whatever else the run left behind.
 */
for (const folder of sweepRunFolders())
  process.stderr.write(`removed what an earlier test run left behind: ${folder}\n`);

const keeper = await startKeeper({
  async postgres() {
    const server = await startPostgres();
    return { facts: { port: server.port, version: server.version }, stop: () => server.stop() };
  },
  async kafka() {
    const server = await startKafka();
    return { facts: { brokers: server.brokers, version: server.version }, stop: () => server.stop() };
  },
});

// Ctrl-C reaches every process of the terminal: the run ends by it, and with the run our standard input.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

process.stdin.resume();
process.stdin.once('close', () => void stop());
process.stdout.write(`${keeper.url}\n`);

async function stop(): Promise<void> {
  await keeper.stop();
  sweepRunFolders(environment.runId());
}

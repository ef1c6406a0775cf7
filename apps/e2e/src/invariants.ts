import { reportInvariants } from '@downlink/store-postgres';
import { readInvariantsConfig, USAGE, type InvariantsConfig } from './config.js';
import { formatReport } from './format-report.js';

const EXIT = { breached: 1, notLooked: 2 } as const;

function readConfigOrExit(): InvariantsConfig {
  try {
    return readInvariantsConfig(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}\n`);
    process.exit(EXIT.notLooked);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

try {
  const reports = await reportInvariants(readConfigOrExit());
  process.stdout.write(`${formatReport(reports)}\n`);
  if (reports.some(({ breaches }) => breaches.length > 0)) process.exitCode = EXIT.breached;
} catch (error) {
  process.stderr.write(`the rules could not be checked: ${messageOf(error)}\n`);
  process.exitCode = EXIT.notLooked;
}

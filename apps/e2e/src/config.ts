import { parseArgs } from 'node:util';

export interface InvariantsConfig {
  readonly databaseUrl: string;
  readonly wires: readonly string[];
  readonly slackMs: number;
}

export const USAGE = `npm run invariants -- [options]
  --database URL     postgres://user:password@host:port/database; DATABASE_URL unless given
  --wire FILE        what devices received, as \`npm run simulate -- --record FILE\` writes it; repeat for more
  --slack-ms 5000    how late something may be before it counts as a breach
ends with 0 when every rule holds, 1 on any breach, 2 when it was not asked properly or could not look`;

/** Reads the command line of the checker. @throws Error that names the option and what it takes. */
export function readInvariantsConfig(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): InvariantsConfig {
  const { values } = parseArgs({
    args: [...args],
    options: {
      database: { type: 'string' },
      wire: { type: 'string', multiple: true, default: [] },
      'slack-ms': { type: 'string', default: '5000' },
    },
  });
  const databaseUrl = values.database ?? environment['DATABASE_URL'] ?? '';
  if (!/^postgres(ql)?:\/\//.test(databaseUrl)) throw new Error('give --database postgres://… or DATABASE_URL');
  if (!/^\d{1,9}$/.test(values['slack-ms'])) throw new Error('--slack-ms takes a whole number of milliseconds');
  return { databaseUrl, wires: values.wire, slackMs: Number(values['slack-ms']) };
}

export type Target = 'processes' | 'compose';

/** Where the end-to-end specs find a system that is already there (`npm run test:compose` sets these). */
export interface ComposeTarget {
  readonly apiUrl: string;
  readonly adminKey: string;
  readonly mqttUrl: string;
  readonly databaseUrl: string;
  /** Under which host name the containers reach this machine. */
  readonly receiverHost: string;
  /** For `docker compose`: file and project. */
  readonly project: string;
}

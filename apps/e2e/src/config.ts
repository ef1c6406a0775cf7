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

/** A system that is already there; `npm run test:compose` describes it in the environment. */
export interface ComposeTarget {
  readonly apiUrl: string;
  readonly adminKey: string;
  readonly mqttUrl: string;
  readonly databaseUrl: string;
  /** Under which host name the services reach this machine. */
  readonly receiverHost: string;
  /** The project's name, for `docker compose`. */
  readonly project: string;
}

/** The system to test when DOWNLINK_E2E_TARGET is `compose`; undefined when the specs are to start processes of their own. */
export function readComposeTarget(environment: NodeJS.ProcessEnv = process.env): ComposeTarget | undefined {
  const target = environment['DOWNLINK_E2E_TARGET'] ?? 'processes';
  if (target === 'processes') return undefined;
  if (target !== 'compose') throw new Error(`DOWNLINK_E2E_TARGET is processes or compose, not "${target}"`);
  const need = (name: string): string => {
    const value = environment[name] ?? '';
    if (value === '') throw new Error(`${name} is needed with DOWNLINK_E2E_TARGET=compose`);
    return value;
  };
  return {
    apiUrl: need('E2E_API_URL'),
    adminKey: need('E2E_ADMIN_KEY'),
    mqttUrl: need('E2E_MQTT_URL'),
    databaseUrl: need('E2E_DATABASE_URL'),
    receiverHost: need('E2E_RECEIVER_HOST'),
    project: need('E2E_COMPOSE_PROJECT'),
  };
}

/** Whether what cannot be tested on this machine has failed. */
export const skipIsFailure = (environment: NodeJS.ProcessEnv = process.env): boolean =>
  environment['DOWNLINK_NO_SKIP'] === '1';

/** What the test runner tells its specs is none of the services' business, and they refuse settings that they do not know. */
export function hideFromServices(): void {
  for (const name of Object.keys(process.env)) {
    if (/^DOWNLINK_(?!TEST_)/.test(name)) delete process.env[name];
  }
}

import { parseArgs } from 'node:util';
import { FAULTS, type Fault } from './faults.js';

export interface FaultsConfig {
  readonly faults: readonly Fault[];
  /** Length of every fault, in s; each fault's own unless given. */
  readonly seconds: number | undefined;
  /** Load before each fault, in s. */
  readonly before: number;
  /** Commands a second. */
  readonly rate: number;
  readonly devices: number;
  readonly seed: number;
  /** Whether the rules are checked once at the end, and the load goes on between the faults. */
  readonly checkAtEnd: boolean;
  readonly json: string | undefined;
  readonly logs: string | undefined;
}

export const USAGE = `npm run test:faults -- [options]
  --fault NAME      one fault; repeat for more; all unless given:
                    ${FAULTS.map(({ name }) => name).join(', ')}
  --seconds N       how long each lasts or goes on striking; 20 or 40 unless given
  --before 15       load before each fault, in seconds
  --rate 200        commands a second
  --devices 300     devices of mixed behaviours
  --seed N          chooses what is chosen at random; printed when not given
  --check each      each: everything settles and is checked after each fault; end: once, and the load goes on between faults
  --json FILE       the table as JSON
  --logs FILE       what the services wrote, also when all is well
  --within MINUTES  gives up, cleans up and fails after this long; what the faults asked for may take unless given`;

/** Reads the command line. @throws Error that names the option and what it takes */
export function readFaultsConfig(args: readonly string[]): FaultsConfig {
  const { values } = parseArgs({
    args: [...args],
    options: {
      fault: { type: 'string', multiple: true },
      seconds: { type: 'string' },
      before: { type: 'string', default: '15' },
      rate: { type: 'string', default: '200' },
      devices: { type: 'string', default: '300' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
      check: { type: 'string', default: 'each' },
      json: { type: 'string' },
      logs: { type: 'string' },
      within: { type: 'string' },
    },
  });
  if (values.check !== 'each' && values.check !== 'end') throw new Error('--check takes each or end');
  return {
    faults: values.fault === undefined ? FAULTS : values.fault.map(faultOf),
    seconds: values.seconds === undefined ? undefined : whole('seconds', values.seconds),
    before: whole('before', values.before),
    rate: whole('rate', values.rate),
    devices: whole('devices', values.devices),
    seed: whole('seed', values.seed),
    checkAtEnd: values.check === 'end',
    json: values.json,
    logs: values.logs,
  };
}

function faultOf(name: string): Fault {
  const fault = FAULTS.find((one) => one.name === name);
  if (fault === undefined) throw new Error(`--fault takes ${FAULTS.map((one) => one.name).join(', ')}, not "${name}"`);
  return fault;
}

function whole(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`--${option} takes a whole number from 1, not "${text}"`);
  return Number(text);
}

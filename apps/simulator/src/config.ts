import { parseArgs } from 'node:util';
import { behaviours } from './behaviour.js';
import { deviceProtocols } from './device-protocol.js';
import { definedOf, numberedIds, problemOf, readFleet, type DeviceGroup } from './fleet-file.js';

export interface SimulatorConfig {
  readonly url: string;
  /** File with the PEM of the authority that the broker's certificate must come from. */
  readonly ca: string | undefined;
  readonly groups: readonly DeviceGroup[];
  readonly record: string | undefined;
  readonly connectsPerSecond: number | undefined;
  /** The run ends by itself after so many ms. */
  readonly endAfterMs: number | undefined;
}

export const USAGE = `npm run simulate -- [options]
  --url mqtt://127.0.0.1:1883   the broker; mqtts:// for TLS
  --ca FILE                     the authority (PEM) that its certificate must come from
  --wire-format native          ${Object.keys(deviceProtocols).join(' | ')}
  --device ID                   one device; repeat for more
  --devices N --prefix device-  N devices: device-0 … device-(N-1)
  --secret S                    the devices' secret (each its own connection)
  --product-key K               the devices' product (enos, quectel); their device keys are their ids
  --product-secret S            devices without a secret of their own ask for it (enos)
  --behaviour answering         ${Object.keys(behaviours).join(' | ')}
  --delay-ms N                  time a device takes for a command; what its behaviour says unless given
  --awake-ms N --away-ms N      how long sleeping and flapping devices are there, and sleeping ones away (5000 each)
  --keep-session                the broker keeps what comes while a device is away
  --shared-sockets N            all devices over N connections, without credentials
  --connects-per-second N       no more connections than that, first ones and repeated ones
  --reconnect-at-ms N           breaks all connections at once, so long after they were made; repeat for more
  --retry-first-ms N            how soon a device comes back that lost its connection (500), twice as late after each failure
  --retry-most-ms N             up to this (30000)
  --end-after-ms N              ends the run
  --fleet FILE                  a mixed fleet in JSON, in place of the options about devices; see the README:
                                [{ "behaviour": "sleeping", "devices": 20, "prefix": "s-", "awakeMs": 4000, "awayMs": 6000 }, …]
  --record FILE                 one JSON line for every command that arrives`;

const text = { type: 'string' } as const;
const OPTIONS = {
  url: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
  ca: text,
  'wire-format': { type: 'string', default: 'native' },
  device: { type: 'string', multiple: true, default: [] as string[] },
  devices: { type: 'string', default: '0' },
  prefix: { type: 'string', default: 'device-' },
  secret: text,
  'product-key': text,
  'product-secret': text,
  behaviour: { type: 'string', default: 'answering' },
  'delay-ms': text,
  'awake-ms': text,
  'away-ms': text,
  'keep-session': { type: 'boolean', default: false },
  'shared-sockets': text,
  'connects-per-second': text,
  'reconnect-at-ms': { type: 'string', multiple: true, default: [] as string[] },
  'retry-first-ms': text,
  'retry-most-ms': text,
  'end-after-ms': text,
  fleet: text,
  record: text,
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

/** Reads the command line. @throws Error that names the option and what it takes. */
export function readConfig(args: readonly string[]): SimulatorConfig {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const groups = values.fleet === undefined ? [groupOf(values)] : readFleet(values.fleet);
  return {
    url: values.url,
    ca: values.ca,
    record: values.record,
    connectsPerSecond: wholeIfGiven('connects-per-second', values),
    endAfterMs: wholeIfGiven('end-after-ms', values),
    groups,
  };
}

function groupOf(values: Values): DeviceGroup {
  const ids = [...values.device, ...numberedIds(values.prefix, whole('devices', values.devices))];
  if (ids.length === 0) throw new Error('give --device ID, --devices N or --fleet FILE');
  const given = (name: keyof Values) => wholeIfGiven(name, values);
  const group: DeviceGroup = {
    wireFormat: oneOf('wire-format', values['wire-format'], deviceProtocols),
    behaviour: oneOf('behaviour', values.behaviour, behaviours),
    ids,
    keepSession: values['keep-session'],
    ...definedOf({
      secret: values.secret,
      productKey: values['product-key'],
      productSecret: values['product-secret'],
    }),
    ...definedOf({ delayMs: given('delay-ms'), sharedSockets: given('shared-sockets') }),
    absences: definedOf({ awakeMs: given('awake-ms'), awayMs: given('away-ms') }),
    retry: definedOf({ firstMs: given('retry-first-ms'), mostMs: given('retry-most-ms') }),
    timeline: { reconnectAtMs: values['reconnect-at-ms'].map((ms) => whole('reconnect-at-ms', ms)) },
  };
  const problem = problemOf(group);
  if (problem) throw new Error(`${problem}: see --product-key and --shared-sockets`);
  return group;
}

function wholeIfGiven(option: keyof Values, values: Values): number | undefined {
  const given = values[option];
  return given === undefined ? undefined : whole(option, String(given));
}

function whole(option: string, given: string): number {
  if (!/^\d{1,9}$/.test(given)) throw new Error(`--${option} takes a whole number, not "${given}"`);
  return Number(given);
}

function oneOf<T extends object>(option: string, given: string, choices: T): keyof T & string {
  if (!Object.hasOwn(choices, given))
    throw new Error(`--${option} takes ${Object.keys(choices).join(', ')}, not "${given}"`);
  return given as keyof T & string;
}

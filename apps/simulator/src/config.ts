import { parseArgs } from 'node:util';
import { behaviours } from './behaviour.js';
import { deviceProtocols } from './device-protocol.js';
import { numberedIds, readFleet, type DeviceGroup } from './fleet-file.js';

export interface SimulatorConfig {
  readonly url: string;
  readonly groups: readonly DeviceGroup[];
  readonly record: string | undefined;
}

export const USAGE = `npm run simulate -- [options]
  --url mqtt://127.0.0.1:1883   the broker
  --wire-format native          ${Object.keys(deviceProtocols).join(' | ')}
  --device ID                   one device; repeat for more
  --devices N --prefix device-  N devices: device-0 … device-(N-1)
  --secret S                    the devices' secret (each its own connection)
  --behaviour answering         ${Object.keys(behaviours).join(' | ')}
  --delay-ms N                  time a device takes for a command; what its behaviour says unless given
  --shared-sockets N            all devices over N connections, without credentials
  --fleet FILE                  a mixed fleet in JSON, in place of the options about devices:
                                [{ "behaviour": "sleeping", "devices": 20, "prefix": "s-", "awakeMs": 4000, "awayMs": 6000 }, …]
  --record FILE                 one JSON line for every command that arrives`;

/** Reads the command line. @throws Error that names the option and what it takes. */
export function readConfig(args: readonly string[]): SimulatorConfig {
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
      'wire-format': { type: 'string', default: 'native' },
      device: { type: 'string', multiple: true, default: [] },
      devices: { type: 'string', default: '0' },
      prefix: { type: 'string', default: 'device-' },
      secret: { type: 'string' },
      behaviour: { type: 'string', default: 'answering' },
      'delay-ms': { type: 'string' },
      fleet: { type: 'string' },
      'shared-sockets': { type: 'string' },
      record: { type: 'string' },
    },
  });
  const { url, record } = values;
  if (values.fleet !== undefined) return { url, record, groups: readFleet(values.fleet) };
  const ids = [...values.device, ...numberedIds(values.prefix, whole('devices', values.devices))];
  if (ids.length === 0) throw new Error('give --device ID, --devices N or --fleet FILE');
  const group: DeviceGroup = {
    wireFormat: oneOf('wire-format', values['wire-format'], deviceProtocols),
    behaviour: oneOf('behaviour', values.behaviour, behaviours),
    ids,
    ...(values.secret === undefined ? {} : { secret: values.secret }),
    ...(values['delay-ms'] === undefined ? {} : { delayMs: whole('delay-ms', values['delay-ms']) }),
    ...(values['shared-sockets'] === undefined
      ? {}
      : { sharedSockets: whole('shared-sockets', values['shared-sockets']) }),
  };
  return { url, record, groups: [group] };
}

function whole(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${option} takes a whole number, not "${text}"`);
  return Number(text);
}

function oneOf<T extends object>(option: string, text: string, choices: T): keyof T & string {
  if (!Object.hasOwn(choices, text))
    throw new Error(`--${option} takes ${Object.keys(choices).join(', ')}, not "${text}"`);
  return text as keyof T & string;
}

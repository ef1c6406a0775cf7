import { parseArgs } from 'node:util';
import { behaviours, type Behaviour } from './behaviour.js';
import { deviceProtocols, type SimulatedWireFormat } from './device-protocol.js';

export interface SimulatorConfig {
  readonly url: string;
  readonly wireFormat: SimulatedWireFormat;
  readonly ids: readonly string[];
  readonly secret: string | undefined;
  readonly behaviour: Behaviour;
  readonly delayMs: number;
  readonly sharedSockets: number | undefined;
  readonly record: string | undefined;
}

export const USAGE = `npm run simulate -- [options]
  --url mqtt://127.0.0.1:1883   the broker
  --wire-format native          ${Object.keys(deviceProtocols).join(' | ')}
  --device ID                   one device; repeat for more
  --devices N --prefix device-  N devices: device-0 … device-(N-1)
  --secret S                    the devices' secret (each its own connection)
  --behaviour answering         ${Object.keys(behaviours).join(' | ')}
  --delay-ms 0                  time a device takes for a command
  --shared-sockets N            all devices over N connections, without credentials
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
      'delay-ms': { type: 'string', default: '0' },
      'shared-sockets': { type: 'string' },
      record: { type: 'string' },
    },
  });
  const numbered = Array.from({ length: whole('devices', values.devices) }, (_, n) => `${values.prefix}${n}`);
  const ids = [...values.device, ...numbered];
  if (ids.length === 0) throw new Error('give --device ID or --devices N');
  const shared = values['shared-sockets'];
  return {
    url: values.url,
    wireFormat: oneOf('wire-format', values['wire-format'], deviceProtocols),
    ids,
    secret: values.secret,
    behaviour: oneOf('behaviour', values.behaviour, behaviours),
    delayMs: whole('delay-ms', values['delay-ms']),
    sharedSockets: shared === undefined ? undefined : whole('shared-sockets', shared),
    record: values.record,
  };
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

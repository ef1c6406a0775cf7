import { describe } from '@jest/globals';
import { describeWithServers } from '@downlink/testing';
import { readComposeTarget } from '../config.js';
import { attachCompose } from './attach-compose.js';
import { startProcesses } from './start-processes.js';
import type { System } from './system.js';

/**
 * `describe` for specs of the whole system, on processes or on containers; `start` is what their `beforeAll` calls.
 * @param options whether the specs kill Kafka, which then must not be the test run's
 */
export function describeSystem(
  name: string,
  specs: (start: () => Promise<System>) => void,
  { ownKafka = false }: { ownKafka?: boolean } = {},
): void {
  const target = readComposeTarget();
  if (target !== undefined) {
    describe(`${name} [compose]`, () => specs(async () => attachCompose(target)));
    return;
  }
  describeWithServers([ownKafka ? 'own-kafka' : 'kafka', 'mosquitto'], `${name} [processes]`, () =>
    specs(() => startProcesses({ ownKafka })),
  );
}

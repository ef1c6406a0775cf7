import { expect, it } from '@jest/globals';
import { describeWithServers } from '@downlink/testing';
import { readComposeTarget } from './config.js';
import { FAULTS } from './faults/faults.js';
import { FaultSession } from './faults/fault-session.js';
import { formatFaults, type FaultResult } from './faults/report.js';
import { seededRandom } from './faults/seeded-random.js';
import { sendManyCommands } from './steps/send-many-commands.js';
import { untilFinished } from './steps/until-finished.js';
import { useWorld } from './steps/world.js';
import { describeSystem } from './system/describe-system.js';
import { GATEWAY, SERVICES, type Program, type System } from './system/system.js';

/**
 * A dispatcher that was killed keeps its partitions until its session with Kafka has ended, a scheduler its shards until its lease
 * has lapsed (15 s); whatever falls due meanwhile is late by as much.
 */
const SLACK_MS = 75_000;
const RECOVERY_MS = 150_000;

const SHORT = ['kill-dispatcher', 'kill-scheduler', 'kill-notifier', 'kill-command-api', 'freeze-dispatcher'];
const SHORT_MS = 600_000;

/** Containers are killed one by one; processes under an open load, as the fault suite does it, only shorter. */
if (readComposeTarget() === undefined) {
  describeWithServers(['own-kafka', 'mosquitto'], 'nothing is lost under fire [processes]', shortFaults);
} else {
  describeSystem('nothing is lost when a service is killed', killsOfContainers);
}

function shortFaults(): void {
  it(
    'every rule holds after services were killed and frozen under load',
    async () => {
      const results: FaultResult[] = [];
      const told: string[] = [];
      const session = new FaultSession(
        {
          faults: SHORT.map((name) => FAULTS.find((fault) => fault.name === name)!),
          seconds: 1,
          before: 2,
          rate: 100,
          devices: 150,
          checkAtEnd: true,
        },
        {
          random: seededRandom(20_261_121),
          note: (text) => told.push(text),
          told: (result) => results.push(result),
        },
      );
      await session.run();
      const failed = results.filter(({ outcome }) => outcome === 'failed');
      if (failed.length > 0) throw new Error(`${told.join('\n')}\n${formatFaults(results)}`);
      expect(results.map(({ fault }) => fault)).toEqual(SHORT);
    },
    SHORT_MS,
  );
}

function killsOfContainers(start: () => Promise<System>): void {
  const world = useWorld(start, { slackMs: SLACK_MS });

  it.each<Program>([...SERVICES, GATEWAY])(
    'all of 200 commands reach a final state although a %s is killed in the middle',
    async (service) => {
      const { application, devices, receiver, system } = world();
      const deviceIds = await application.devices('native', 20);
      await devices.connect({ ids: deviceIds, delayMs: 20 });
      const callbackUrl = receiver.address();
      const sending = sendManyCommands(application, { deviceIds, count: 200, callbackUrl });
      await sending.untilTaken(60);
      await system.killAndRestart(service);
      const taken = await sending.all;

      const commands = await untilFinished(world(), deviceIds, callbackUrl, RECOVERY_MS);
      const known = new Set(commands.map(({ commandId }) => commandId));
      expect(taken.filter((commandId) => !known.has(commandId))).toEqual([]);
      expect(taken.length).toBe(200);
    },
    RECOVERY_MS * 2,
  );
}

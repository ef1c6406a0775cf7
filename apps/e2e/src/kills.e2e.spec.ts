import { expect, it } from '@jest/globals';
import { sendManyCommands } from './steps/send-many-commands.js';
import { untilFinished } from './steps/until-finished.js';
import { useWorld } from './steps/world.js';
import { describeSystem } from './system/describe-system.js';
import { SERVICES } from './system/system.js';

/**
 * A dispatcher that was killed keeps its partitions until its session with Kafka has ended (30 s), a scheduler its shards
 * until its lease has lapsed (15 s); whatever falls due meanwhile is late by as much.
 */
const SLACK_MS = 75_000;
const RECOVERY_MS = 150_000;

describeSystem('nothing is lost when a service is killed', (start) => {
  const world = useWorld(start, { slackMs: SLACK_MS });

  it.each(SERVICES)(
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
});

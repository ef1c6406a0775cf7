import { expect, it } from '@jest/globals';
import { sendManyCommands } from './steps/send-many-commands.js';
import { untilFinished } from './steps/until-finished.js';
import { useWorld } from './steps/world.js';
import { describeSystem } from './system/describe-system.js';

/** Kafka is away for its restart (20 s) and the groups form again afterwards: what falls due meanwhile is late by as much. */
const SLACK_MS = 120_000;
const RECOVERY_MS = 180_000;

describeSystem(
  'nothing is lost when Kafka is killed',
  (start) => {
    const world = useWorld(start, { slackMs: SLACK_MS });

    it(
      'all of 200 commands are taken and reach a final state although it is away in the middle',
      async () => {
        const { application, devices, receiver, system } = world();
        const deviceIds = await application.devices('native', 20);
        await devices.connect({ ids: deviceIds, delayMs: 20 });
        const callbackUrl = receiver.address();
        const sending = sendManyCommands(application, { deviceIds, count: 200, callbackUrl });
        await sending.untilTaken(60);
        await system.killAndRestartKafka();
        const taken = await sending.all;

        const commands = await untilFinished(world(), deviceIds, callbackUrl, RECOVERY_MS);
        expect(commands.map(({ commandId }) => commandId).sort()).toEqual(taken.toSorted());
      },
      RECOVERY_MS * 2,
    );
  },
  { ownKafka: true },
);

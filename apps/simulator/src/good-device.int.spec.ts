import { deviceContract, type DeviceUnderTest } from '@downlink/device-kit/contracts';
import { describeWithServers } from '@downlink/testing';
import { CommandMemory } from './command-memory.js';
import { Fleet } from './fleet.js';

describeWithServers(['mosquitto'], 'a simulated device that acknowledges', () => {
  deviceContract(async ({ url, id }): Promise<DeviceUnderTest> => {
    const executed: string[] = [];
    const memory = new CommandMemory();
    const start = async (): Promise<Fleet> => {
      const fleet = new Fleet({
        url,
        wireFormat: 'native',
        devices: [{ id, secret: 's' }],
        behaviour: 'acknowledging',
        keepsSession: true,
        retry: { firstMs: 20 },
        memory,
        onCommand: ({ key }, isExecuted) => {
          if (isExecuted) executed.push(key);
        },
      });
      await fleet.start();
      return fleet;
    };
    let fleet = await start();
    return {
      executions: (commandId) => executed.filter((each) => each === commandId).length,
      stop: () => fleet.stop(),
      async startAgain() {
        fleet = await start();
      },
    };
  });
});

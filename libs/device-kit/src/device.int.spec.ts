import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { describeWithServers } from '@downlink/testing';
import { deviceContract, type DeviceUnderTest } from './contracts/device.contract.js';
import { Device } from './device.js';
import { FileMemory } from './memory/file-memory.js';

describeWithServers(['mosquitto'], 'a device made with the kit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'device-kit-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  deviceContract(async ({ url, id }): Promise<DeviceUnderTest> => {
    const executed: string[] = [];
    const process = () =>
      new Device({
        url,
        id,
        secret: 's',
        memory: new FileMemory(join(folder, id)),
        backoff: { firstMs: 20, mostMs: 200 },
      }).handle('Valve', 'open', ({ percent }, command) => {
        executed.push(command.id);
        return { position: percent, execution: executed.length };
      });
    let device = process();
    await device.start();
    return {
      executions: (commandId) => executed.filter((each) => each === commandId).length,
      stop: () => device.stop(),
      async startAgain() {
        device = process();
        await device.start();
      },
    };
  });
});

import { afterAll, beforeAll } from '@jest/globals';
import type { System } from '../system/system.js';
import { Application } from './application.js';
import { CallbackReceiver } from './callback-receiver.js';
import { checkRules } from './check-rules.js';
import { SimulatedDevices } from './simulated-devices.js';

/** A system, an application of one's own on it, its devices and its receiver of callbacks. */
export interface World {
  readonly system: System;
  readonly application: Application;
  readonly devices: SimulatedDevices;
  readonly receiver: CallbackReceiver;
}

const START_MS = 240_000;

/** The containers' database holds what all spec files have left behind, also those that kill. */
const SHARED_SLACK_MS = 120_000;

/**
 * Opens the world before the specs and closes it after them. In between, whatever the specs did, the rules that always hold are
 * checked on the database and on what the devices received.
 */
export function useWorld(start: () => Promise<System>, { slackMs = 5_000 } = {}): () => World {
  let world: World | undefined;

  beforeAll(async () => {
    const system = await start();
    const receiver = await CallbackReceiver.open(system);
    world = { system, application: await Application.set(system), devices: new SimulatedDevices(system), receiver };
  }, START_MS);

  afterAll(async () => {
    if (world === undefined) return;
    const { system, devices, receiver } = world;
    try {
      await devices.disconnect();
      await checkRules(system, devices.wires, system.target === 'compose' ? SHARED_SLACK_MS : slackMs);
    } catch (error) {
      process.stderr.write(`${(await system.logs()).slice(-20_000)}\n`);
      throw error;
    } finally {
      devices.remove();
      await receiver.stop();
      await system.stop();
    }
  }, START_MS);

  return () => {
    if (world === undefined) throw new Error('the system did not start');
    return world;
  };
}

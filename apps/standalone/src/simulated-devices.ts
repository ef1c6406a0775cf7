import { Fleet } from '../../simulator/src/fleet.js';
import type { DemoDevice } from './demo.js';

/** Connects a simulated device for each of these, over a socket and with the credentials of its own, as a real one would. */
export async function startSimulatedDevices(
  mqttUrl: string,
  devices: readonly DemoDevice[],
): Promise<{ stop(): Promise<void> }> {
  const formats = [...new Set(devices.map(({ wireFormat }) => wireFormat))];
  const fleets = formats.map(
    (wireFormat) =>
      new Fleet({
        url: mqttUrl,
        wireFormat,
        devices: devices.filter((device) => device.wireFormat === wireFormat),
        behaviour: 'answering',
        delayMs: 0,
      }),
  );
  await Promise.all(fleets.map((fleet) => fleet.start()));
  return { stop: async () => void (await Promise.all(fleets.map((fleet) => fleet.stop()))) };
}

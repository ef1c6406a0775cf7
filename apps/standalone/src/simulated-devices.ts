import { Fleet } from '../../simulator/src/fleet.js';
import type { DemoDevice } from './demo.js';

/**
 * Connects a simulated device for each of these, over a socket and with the credentials of its own, as a real one would.
 * @throws AggregateError when one of them is refused
 */
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
        devices: devices
          .filter((device) => device.wireFormat === wireFormat)
          .map(({ id, product, secret }) => ({ id, productKey: product, secret })),
        behaviour: 'answering',
        delayMs: 0,
      }),
  );
  const stop = async () => void (await Promise.all(fleets.map((fleet) => fleet.stop())));
  const refusals = (await Promise.all(fleets.map((fleet) => fleet.start()))).flat();
  if (refusals.length === 0) return { stop };
  await stop();
  throw new AggregateError(refusals, `simulated devices were refused: ${refusals[0]!.message}`);
}

import type { FactPublisher } from '@downlink/command-engine';
import { aFact } from '../contracts/some-facts.js';

/** Publishes one version after the other for every device until it is stopped. */
export function startStream(publisher: FactPublisher, devices: number) {
  const stream = { version: 0, confirmed: 0, stopped: false };
  const running = (async (): Promise<void> => {
    while (!stream.stopped) {
      stream.version += 1;
      const { version } = stream;
      await publisher.publish(Array.from({ length: devices }, (_, device) => aFact(`d${String(device)}`, version)));
      stream.confirmed = version;
    }
  })();
  return {
    /** The last version that was confirmed for all devices. */
    confirmed: (): number => stream.confirmed,
    /** Resolves with the number of facts published. */
    async stop(): Promise<number> {
      stream.stopped = true;
      await running;
      return stream.version * devices;
    },
  };
}

import type { RefusalKind } from '../ports.js';

/** What those who look into a session's packets may do about it. */
export interface SessionLink {
  /** Writes a packet of ours to the device, between two frames. */
  toDevice(packet: Buffer): void;
  /** Writes a packet of ours to the broker, between two frames. */
  toBroker(packet: Buffer): void;
  /** Counts a refusal and tells it in the log. `details` hold no secrets. */
  refused(kind: RefusalKind, details?: object): void;
  /** Ends the session after the present scan; a device that speaks MQTT 5 is told why. */
  end(reasonCode: number): void;
  /** The device has said goodbye; nothing more of it is expected. */
  leaving(): void;
  /** Commands reach the device from now on. */
  listens(): void;
  /** What was held of the device's packets may be looked at again, after the present scan. */
  lookAgain(): void;
}

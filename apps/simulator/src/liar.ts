import type { DeviceCommand, DeviceProtocol, SimulatedDevice } from './device-protocol.js';
import type { FleetCounters } from './counters.js';
import type { DeviceLink } from './links/device-link.js';

const REMEMBERED = 64;

/** What a device says that is not so; all of it must leave the platform, and every other device, as they were. */
export class Liar {
  /** Commands that others of the fleet have got. */
  private readonly overheardOf: { readonly deviceId: string; readonly key: string }[] = [];

  constructor(
    private readonly protocol: DeviceProtocol,
    private readonly fellows: readonly SimulatedDevice[],
    private readonly counters: FleetCounters,
  ) {}

  /** Lets the liars of this fleet know of a command. */
  tell({ deviceId, key }: DeviceCommand): void {
    this.overheardOf.push({ deviceId, key });
    if (this.overheardOf.length > REMEMBERED) this.overheardOf.shift();
  }

  /** In its own name, about commands that it never got: one of another device, and one that there is not. */
  async answerWhatItNeverGot(link: DeviceLink, device: SimulatedDevice, command: DeviceCommand): Promise<void> {
    const others = this.overheardOf.findLast(({ deviceId }) => deviceId !== device.id);
    const keys = [...(others ? [others.key] : []), inventedKey(command.key)];
    for (const key of keys) {
      this.counters.lies += 1;
      await link.publish(this.protocol.answer(device, { ...command, key }, 'succeeded'));
    }
  }

  /**
   * On topics that are not its own. A broker that minds ends the connection over it, so nothing of this is kept for a next one
   * (QoS 0).
   */
  async speakForAnother(link: DeviceLink, device: SimulatedDevice, command: DeviceCommand): Promise<void> {
    const other = this.fellows.find(({ id }) => id !== device.id) ?? {
      ...device,
      id: 'neighbour',
      deviceKey: 'neighbour',
    };
    this.counters.lies += 2;
    await link.subscribe(this.protocol.listensTo(other)).catch(() => undefined);
    await link.publish({ ...this.protocol.answer(other, command, 'succeeded'), qos: 0 });
  }
}

/** Like the real one, and of no command. */
function inventedKey(key: string): string {
  const last = Number(key.at(-1));
  return key.slice(0, -1) + String((last + 5) % 10);
}

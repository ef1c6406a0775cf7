import type { CommandId } from '@downlink/command-domain';
import type { CommandReader, DeviceEvents, DeviceEventsQuestion, EventPlace } from '@downlink/command-engine';
import type { HeardFact } from '@downlink/northbound-kit';
import type { Followed, Look } from './followed.js';
import { streamed } from './last-event-id.js';

/** Events of one look: what a slow caller may cost in memory. */
const MOST = 100;

type Among = NonNullable<DeviceEventsQuestion['among']>;

/**
 * All commands of a device, from now on or from behind an event. After a first look at everything it looks only at commands that were
 * not final, at new ones, and at those that facts name: an answer that came late is of a command that was.
 */
export class FollowedDevice implements Followed {
  private readonly named = new Set<CommandId>();
  private known: Among = { commandIds: [], fromPosition: 0 };
  /** The next look is at everything. */
  private whole = true;

  constructor(
    private readonly reader: Pick<CommandReader, 'deviceEvents'>,
    private readonly deviceId: string,
    /** Undefined: from now on. */
    private after: EventPlace | undefined,
  ) {}

  heard({ commandId, deviceId }: HeardFact): boolean {
    if (deviceId !== this.deviceId) return false;
    this.named.add(commandId);
    return true;
  }

  missed(): void {
    this.whole = true;
  }

  async look(): Promise<Look> {
    const named = [...this.named];
    const { whole, known } = this;
    this.named.clear();
    this.whole = false;
    const among = { ...known, commandIds: [...known.commandIds, ...named] };
    try {
      return await this.lookAmong(whole ? undefined : among);
    } catch (error) {
      this.known = among;
      this.whole ||= whole;
      throw error;
    }
  }

  private async lookAmong(among: Among | undefined): Promise<Look> {
    const { deviceId, after = END_OF_TIME } = this;
    const found = await this.reader.deviceEvents({ deviceId, after, limit: MOST, ...(among && { among }) });
    this.after = placeBehind(found, this.after);
    if (!found.more) this.known = { commandIds: found.open, fromPosition: found.nextPosition };
    // Until all is told that was there, the same commands may have more of it.
    else if (among === undefined) this.whole = true;
    else this.known = among;
    return { events: found.events.map((event) => streamed(deviceId, event)), more: found.more, ended: false };
  }
}

/** Behind whatever is there: a first look only tells where the device stands. */
const END_OF_TIME: EventPlace = {
  at: Number.MAX_SAFE_INTEGER,
  commandId: '0000000000000000000' as CommandId,
  version: 0,
};

function placeBehind({ events, now }: DeviceEvents, before: EventPlace | undefined): EventPlace {
  const last = events.at(-1);
  if (last !== undefined) return { at: last.event.at, commandId: last.commandId, version: last.version };
  return before ?? { ...END_OF_TIME, at: now };
}

import type { Conduct } from './behaviour.js';
import type { CommandMemory } from './command-memory.js';
import type { FleetCounters } from './counters.js';
import type { DeviceCommand, DeviceProtocol, SimulatedDevice } from './device-protocol.js';
import type { Liar } from './liar.js';
import type { DeviceLink } from './links/device-link.js';

export interface ResponderOptions {
  readonly protocol: DeviceProtocol;
  readonly counters: FleetCounters;
  readonly memory: CommandMemory;
  readonly liar: Liar;
  readonly delayMs?: number;
  readonly onCommand?: (command: DeviceCommand, executed: boolean) => void;
}

/** What devices do with what arrives, after their present conduct. */
export class Responder {
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly options: ResponderOptions,
    public conduct: Conduct,
  ) {}

  /** Never throws, whatever the bytes. */
  receive(link: DeviceLink, device: SimulatedDevice, topic: string, payload: Buffer): void {
    const { counters, protocol } = this.options;
    if (!protocol.isMeantFor(device, topic)) {
      counters.overheard += 1;
      return;
    }
    const command = this.read(device, topic, payload);
    if (command === undefined) return;
    counters.received += 1;
    this.options.liar.tell(command);
    const known = this.options.memory.knows(device.id, command.key);
    const tooLate = !known && command.deadline !== undefined && Date.now() > command.deadline;
    const executed = !known && !tooLate;
    if (executed) this.options.memory.keep(device.id, command.key);
    counters[known ? 'duplicates' : tooLate ? 'tooLate' : 'executed'] += 1;
    this.options.onCommand?.(command, executed);
    if (tooLate) return;
    if (executed && this.conduct.reboots) link.drop();
    else this.respond(link, device, command);
  }

  /** Forgets what was still to be said. */
  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private read(device: SimulatedDevice, topic: string, payload: Buffer): DeviceCommand | undefined {
    try {
      return this.options.protocol.read(device, topic, payload);
    } catch {
      this.options.counters.unreadable += 1;
      return undefined;
    }
  }

  private respond(link: DeviceLink, device: SimulatedDevice, command: DeviceCommand): void {
    const arrivedAt = performance.now();
    const { liar, delayMs } = this.options;
    const { conduct } = this;
    if (conduct.lies) ignoreBreaks(liar.answerWhatItNeverGot(link, device, command));
    for (const word of conduct.says) {
      const pauseMs = delayMs ?? (word === 'answer' ? conduct.answersAfterMs : 0);
      const say = () => ignoreBreaks(this.say(link, device, command, { word, arrivedAt, outcome: conduct.outcome }));
      if (pauseMs === 0) say();
      else this.later(pauseMs, say);
    }
    if (conduct.lies) ignoreBreaks(liar.speakForAnother(link, device, command));
  }

  private later(delayMs: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, delayMs);
    this.timers.add(timer);
  }

  private async say(
    link: DeviceLink,
    device: SimulatedDevice,
    command: DeviceCommand,
    { word, arrivedAt, outcome }: { word: Conduct['says'][number]; arrivedAt: number; outcome: Conduct['outcome'] },
  ): Promise<void> {
    const { protocol, counters } = this.options;
    const message =
      word === 'answer' ? protocol.answer(device, command, outcome) : protocol.acknowledgement(device, command);
    if (message === undefined) return;
    const sent = link.publish(message);
    if (word === 'answer') counters.answered += 1;
    await sent;
    if (word === 'answer')
      counters.answerTimes.record(Math.max(1, Math.round((performance.now() - arrivedAt) * 1_000)));
  }
}

/** What a connection's end cuts off is the device's loss; the counters of its links tell of the end. */
function ignoreBreaks(saying: Promise<void>): void {
  saying.catch(() => undefined);
}

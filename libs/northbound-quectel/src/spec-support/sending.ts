import { expect } from '@jest/globals';
import { parseCommandId, type AcceptedState, type CommandId } from '@downlink/command-domain';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { quectelFace } from '../face.js';
import { QuectelModule } from '../quectel.module.js';
import type { QuectelOptions } from '../settings.js';
import { declareSpecimens, entriesOf, idOf, OWN, QuectelClient, type JsonAnswer } from './quectel-client.js';

/** The API with the specimens, a caller who has logged in, and what specs ask of both. */
export class Sending {
  private constructor(
    readonly running: RunningNorthbound,
    readonly client: QuectelClient,
  ) {}

  static async start(options: QuectelOptions = {}): Promise<Sending> {
    const running = await startNorthbound([quectelFace], (ports) => QuectelModule.forRoot(ports, options));
    await declareSpecimens(running);
    return new Sending(running, await QuectelClient.of(running.url));
  }

  /** The device carries the command out. */
  answered(commandId: CommandId, deviceKey: string = OWN.deviceKey) {
    const answer = { outcome: 'succeeded' as const, result: {} };
    return this.running.handle({ kind: 'device-answered', commandId, deviceId: idOf(deviceKey), answer });
  }

  /** Everybody is back, and every lane is empty again: what is in flight is answered, and so is what follows it. */
  async settle(deviceKeys: readonly string[]): Promise<void> {
    for (const deviceKey of deviceKeys) {
      await this.running.handle({ kind: 'device-reachable', deviceId: idOf(deviceKey) });
      for (;;) {
        const lane = await this.running.ports.reader.lane(idOf(deviceKey));
        if (!lane?.inFlight) break;
        await this.answered(lane.inFlight, deviceKey);
      }
    }
  }

  /** The command that an answer speaks of, as it stands. */
  async stateOf(answer: JsonAnswer): Promise<AcceptedState> {
    return (await this.running.ports.reader.head(ticketOf(answer)))!.state;
  }

  /** The call as a whole is refused with this code, and nothing is stored. */
  async refused(call: () => Promise<JsonAnswer>, code: number): Promise<void> {
    const before = this.running.facts.length;
    const answer = await call();
    expect(answer).toMatchObject({ status: 200, code, body: { data: null, msg: expect.stringMatching(/./) } });
    expect(this.running.facts).toHaveLength(before);
  }
}

export const ticketOf = (answer: JsonAnswer, place = 0): CommandId =>
  parseCommandId(entriesOf(answer)[place]!.ticket ?? '')!;
export const codesOf = (answer: JsonAnswer): number[] => entriesOf(answer).map(({ code }) => code);

import { FINAL_STATUSES, type CommandId } from '@downlink/command-domain';
import { factsOfHistory, type CommandReader } from '@downlink/command-engine';
import type { HeardFact } from '@downlink/northbound-kit';
import type { Followed, Look } from './followed.js';
import { streamed } from './last-event-id.js';

const FINAL: ReadonlySet<string> = new Set(FINAL_STATUSES);

/** One command from its beginning, or from behind a version, to the event that makes it final. */
export class FollowedCommand implements Followed {
  constructor(
    private readonly reader: Pick<CommandReader, 'history'>,
    private readonly commandId: CommandId,
    private told = 0,
  ) {}

  heard({ commandId }: HeardFact): boolean {
    return commandId === this.commandId;
  }

  missed(): void {}

  async look(): Promise<Look> {
    const facts = factsOfHistory(await this.reader.history(this.commandId));
    const last = facts.findIndex(({ status }) => FINAL.has(status));
    const until = last === -1 ? facts : facts.slice(0, last + 1);
    const events = until.filter(({ version }) => version > this.told);
    this.told = Math.max(this.told, until.at(-1)?.version ?? 0);
    // One that is gone was final before retention took it.
    const ended = last !== -1 || facts.length === 0;
    return { events: events.map((fact) => streamed(fact.request.deviceId, fact)), more: false, ended };
  }
}

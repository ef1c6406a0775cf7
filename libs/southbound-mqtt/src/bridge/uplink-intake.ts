import { parseCommandId, type CommandId, type Json, type Signal } from '@downlink/command-domain';
import type { CommandReader, Engine, Outcome } from '@downlink/command-engine';
import { decodeUplink } from '../codecs/wire-formats.js';
import type { AnsweredUplink, CommandRef, Uplink } from '../codecs/wire-format-codec.js';
import type { MqttLogger } from '../mqtt-logger.js';
import type { ReceivedMessage } from '../receiver/received-message.js';

/** What became of a batch of messages; for metrics. */
export interface IntakeReport {
  readonly outcomes: readonly Outcome[];
  /** Messages on no topic of ours, or about a command that nobody knows. */
  readonly ignored: number;
  readonly unreadable: number;
}

/** Turns what devices say into signals. */
export class UplinkIntake {
  constructor(
    private readonly reader: Pick<CommandReader, 'byCorrelation'>,
    private readonly engine: Engine,
    /** Devices that exist: a lane is kept for these only, whatever a stranger publishes. Same length and order as the question. */
    private readonly isKnown: (deviceIds: readonly string[]) => Promise<readonly boolean[]>,
    private readonly logger: MqttLogger,
  ) {}

  /**
   * Handles one batch in one transaction; resolves when its effect is durable, so that the messages may be acknowledged.
   * @throws Fault (retryable) when the store is away: the batch comes again, and handling it twice changes nothing.
   */
  async take(messages: readonly ReceivedMessage[]): Promise<IntakeReport> {
    const uplinks = messages.flatMap(
      ({ topic, payload, retained }) => decodeUplink(topic, payload, retained)?.uplink ?? [],
    );
    const known = await this.isKnown(uplinks.map(({ deviceId }) => deviceId));
    const ours = uplinks.filter((_uplink, index) => known[index]);
    const commandIds = await this.commandIdsOf(ours);
    const signals = ours.flatMap((uplink, index) => signalsOf(uplink, commandIds[index]));
    const outcomes = await this.engine.handle(signals);
    const unreadable = ours.filter((uplink) => uplink.kind === 'unreadable');
    for (const { deviceId, reason } of unreadable)
      this.logger.warn({ deviceId, reason }, 'unreadable message of a device');
    return { outcomes, ignored: messages.length - ours.length, unreadable: unreadable.length };
  }

  private async commandIdsOf(uplinks: readonly Uplink[]): Promise<(CommandId | undefined)[]> {
    const questions: { deviceId: string; correlation: number }[] = [];
    const asked: number[] = [];
    const found = uplinks.map((uplink, index): CommandId | undefined => {
      const ref: CommandRef | undefined = 'ref' in uplink ? uplink.ref : undefined;
      if (ref === undefined) return undefined;
      if ('commandId' in ref) return parseCommandId(ref.commandId);
      questions.push({ deviceId: uplink.deviceId, correlation: ref.correlation });
      asked.push(index);
      return undefined;
    });
    if (questions.length === 0) return found;
    const answers = await this.reader.byCorrelation(questions);
    answers.forEach((commandId, position) => {
      found[asked[position]!] = commandId;
    });
    return found;
  }
}

/** A message about a command that nobody knows is still a sign of life. */
function signalsOf(uplink: Uplink, commandId: CommandId | undefined): Signal[] {
  const { deviceId } = uplink;
  if (uplink.kind === 'unreachable') return [{ kind: 'device-unreachable', deviceId }];
  if (uplink.kind === 'reachable' || commandId === undefined) return [{ kind: 'device-reachable', deviceId }];
  const about = { commandId, deviceId };
  switch (uplink.kind) {
    case 'acknowledged':
      return [{ ...about, kind: 'device-acknowledged' }];
    case 'unreadable':
      return [{ ...about, kind: 'device-answered', answer: { outcome: 'unreadable', detail: uplink.reason } }];
    case 'answered':
      return [{ ...about, kind: 'device-answered', answer: answerOf(uplink) }];
  }
}

function answerOf({ outcome, code, result }: AnsweredUplink) {
  const value: Json = result ?? null;
  return outcome === 'succeeded'
    ? ({ outcome, result: value } as const)
    : ({ outcome, result: value, code: code ?? null } as const);
}

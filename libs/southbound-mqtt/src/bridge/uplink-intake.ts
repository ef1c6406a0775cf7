import { parseCommandId, type CommandId } from '@downlink/command-domain';
import {
  isFault,
  type CommandReader,
  type Outcome,
  type StrayAnswer,
  type StrayAnswers,
} from '@downlink/command-engine';
import { spellName, type KeyedName } from '../codecs/device-name.js';
import { fromFields } from '../codecs/quectel/ttlv/model-fields.js';
import { decodeUplink } from '../codecs/wire-formats.js';
import type { CommandRef, DecodedUplink, Uplink } from '../codecs/wire-format-codec.js';
import type { MqttLogger } from '../mqtt-logger.js';
import type { ReceivedMessage } from '../receiver/received-message.js';
import type { DeviceDirectory } from './device-directory.js';
import type { PacedTurns } from './paced-turns.js';
import { boundStrays, strayOf, strayOfStranger, type Heard } from './stray-of.js';
import { signalOf } from './uplink-signal.js';

/** What became of a batch of messages; for metrics. */
export interface IntakeReport {
  readonly outcomes: readonly Outcome[];
  /** Messages on no topic of ours, or in the name of a device that does not exist. */
  readonly ignored: number;
  readonly unreadable: number;
  /** Answers that belong to no command, recorded as such. */
  readonly strays: number;
}

export interface UplinkIntakeParts {
  readonly reader: Pick<CommandReader, 'byCorrelation'>;
  /** The engine, with a storm of reconnects let through bit by bit. */
  readonly turns: Pick<PacedTurns, 'handle'>;
  readonly strays: Pick<StrayAnswers, 'record'>;
  /** Devices that exist: a lane is kept for these only, whatever a stranger publishes. Same length and order as the question. */
  readonly isKnown: (deviceIds: readonly string[]) => Promise<readonly boolean[]>;
  /** Whose the product and device keys in topics are; not asked where a topic or a gateway says the device id itself. */
  readonly names: Pick<DeviceDirectory, 'deviceIdsOf' | 'addressesOf'>;
  /** Reads what a broker itself says of devices, where it does; asked before the wire formats, about live messages only. */
  readonly brokerEvents?: (topic: string, payload: Buffer) => DecodedUplink | undefined;
  readonly logger: MqttLogger;
}

/** No device is called more; what is asked about is remembered by those who answer. */
const LONGEST_NAME = 256;

/** Turns what devices say into signals. */
export class UplinkIntake {
  constructor(private readonly parts: UplinkIntakeParts) {}

  /**
   * Handles one batch in one transaction; resolves when its effect is durable, so that the messages may be acknowledged. What
   * belongs to no command is recorded as a stray answer before that.
   * @throws Fault (retryable) when the store is away: the batch comes again, and handling it twice changes no command.
   */
  async take(messages: readonly ReceivedMessage[]): Promise<IntakeReport> {
    const heard = await this.hear(messages);
    const known = await this.knownOf(heard);
    const ours = heard.filter((one) => known.has(one));
    const commandIds = await this.commandIdsOf(ours.map(({ uplink }) => uplink));
    const outcomes = await this.parts.turns.handle(
      ours.map(({ uplink }, index) => signalOf(uplink, commandIds[index])),
    );
    const strays = await this.record([
      ...ours.flatMap((one, index) => strayOf(one, commandIds[index], outcomes[index]) ?? []),
      ...heard.flatMap((one) => (known.has(one) ? [] : (strayOfStranger(one) ?? []))),
    ]);
    const unreadable = ours.filter(({ uplink }) => uplink.kind === 'unreadable').length;
    return { outcomes, ignored: messages.length - ours.length, unreadable, strays };
  }

  private async knownOf(heard: readonly Heard[]): Promise<Set<Heard>> {
    const asked = heard.filter(({ uplink }) => uplink.deviceId.length <= LONGEST_NAME);
    const answers = await this.parts.isKnown(asked.map(({ uplink }) => uplink.deviceId));
    return new Set(asked.filter((_one, index) => answers[index]));
  }

  /** What was said, by whom. A name that nobody has stays as it is spelt: no device id looks like it. */
  private async hear(messages: readonly ReceivedMessage[]): Promise<Heard[]> {
    const decoded = messages.flatMap((message) => {
      const uplink = this.decode(message);
      return uplink === undefined ? [] : [{ message, uplink }];
    });
    const names = decoded.flatMap(({ uplink: { from } }): KeyedName[] => ('deviceId' in from ? [] : [from]));
    const found = names.length === 0 ? [] : await this.parts.names.deviceIdsOf(names);
    const ids = new Map(names.map((name, index) => [name, found[index]]));
    const heard = decoded.map(({ message, uplink }) => {
      const { from } = uplink;
      const deviceId = 'deviceId' in from ? from.deviceId : (ids.get(from) ?? spellName(from));
      return { message, uplink: resolved(uplink, deviceId) };
    });
    return this.withNames(heard);
  }

  private decode({ topic, payload, retained }: ReceivedMessage): DecodedUplink | undefined {
    const event = retained ? undefined : this.parts.brokerEvents?.(topic, payload);
    return event ?? decodeUplink(topic, payload, retained)?.uplink;
  }

  /** What TTLV tells by number, by the names in the product's model. */
  private async withNames(heard: readonly Heard[]): Promise<Heard[]> {
    const numbered = heard.filter(({ uplink }) => uplink.kind === 'answered' && uplink.fields);
    if (numbered.length === 0) return [...heard];
    const devices = [...new Set(numbered.map(({ uplink }) => uplink.deviceId))];
    const addressed = await this.parts.names.addressesOf(devices);
    const types = new Map(devices.map((id, index) => [id, addressed[index]?.ttlv ?? []]));
    return heard.map(({ message, uplink }) => {
      if (uplink.kind !== 'answered' || !uplink.fields) return { message, uplink };
      return { message, uplink: { ...uplink, result: fromFields(uplink.fields, types.get(uplink.deviceId)!) } };
    });
  }

  /** Returns how many there were. What the store refuses is lost here alone, and said: it must not hold up everybody's answers. */
  private async record(strays: readonly StrayAnswer[]): Promise<number> {
    if (strays.length === 0) return 0;
    const { logger } = this.parts;
    const examples = strays.slice(0, 3).map(({ deviceId, reason }) => ({ deviceId, reason }));
    logger.warn({ strays: strays.length, examples }, 'devices said what belongs to no command');
    try {
      await this.parts.strays.record(boundStrays(strays));
    } catch (error) {
      if (isFault(error) && error.retryable) throw error;
      logger.error({ err: error, strays: strays.length }, 'stray answers could not be recorded');
    }
    return strays.length;
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
    const answers = await this.parts.reader.byCorrelation(questions);
    answers.forEach((commandId, position) => {
      found[asked[position]!] = commandId;
    });
    return found;
  }
}

function resolved({ from: _from, ...uplink }: DecodedUplink, deviceId: string): Uplink {
  return { ...uplink, deviceId };
}

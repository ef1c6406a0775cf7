import type { BrokerRefused, CommandId, CommandRequest, DeviceId, Signal } from '@downlink/command-domain';
import { correlationOf, type AttemptClaims, type Engine } from '@downlink/command-engine';
import { wireFormats } from '../codecs/wire-formats.js';
import type { WireFormat, WireFormatCodec } from '../codecs/wire-format-codec.js';
import type { MqttLogger } from '../mqtt-logger.js';
import type { OutgoingMessage, PublishOutcome } from '../publisher/publish-outcome.js';

/** An attempt that has started, as the fact `AttemptStarted` tells it. */
export interface StartedAttempt {
  readonly commandId: CommandId;
  readonly deviceId: DeviceId;
  readonly attempt: number;
  /** ms since 1970, database time; it is not published at or after this instant. */
  readonly waitUntil: number;
  readonly lanePosition: number;
  readonly request: CommandRequest;
}

/** What became of a batch of attempts; for metrics. */
export interface DispatchReport {
  readonly published: number;
  /** No longer current, or past its deadline: not published. */
  readonly stale: number;
  readonly notSent: number;
  /** Written, and no word of the broker: the deadline decides. */
  readonly unknown: number;
}

/** Where attempts go out. An embedded broker that knows who listens says `no-subscriber` itself, as MQTT 3.1.1 cannot. */
export interface AttemptPublisher {
  /** One QoS 1 publish towards this device. Never rejects. */
  publish(message: OutgoingMessage, deviceId: DeviceId): Promise<PublishOutcome>;
}

/** Publishes attempts and tells the engine what the broker said. */
export class AttemptDispatcher {
  constructor(
    private readonly claims: AttemptClaims,
    private readonly publisher: AttemptPublisher,
    private readonly engine: Engine,
    private readonly logger: MqttLogger,
  ) {}

  /**
   * Claims the attempts of this batch that are still due, publishes them, and resolves when the broker's word on each is durable.
   * @throws Fault (retryable) when the store is away; the same batch may be handed in again.
   */
  async dispatch(attempts: readonly StartedAttempt[]): Promise<DispatchReport> {
    // Before the claim: a process that was frozen behind it must not publish what is stale by now.
    const asked = performance.now();
    const left = await this.claims.claim(attempts);
    const due = attempts.flatMap((attempt, index) => {
      const leftMs = left[index];
      return typeof leftMs === 'number' && leftMs > 0 ? [{ attempt, leftMs }] : [];
    });
    const outcomes = await Promise.all(due.map(({ attempt, leftMs }) => this.publish(attempt, leftMs, asked + leftMs)));
    const signals = outcomes.flatMap((outcome, index) => signalOf(due[index]!.attempt, outcome) ?? []);
    await this.engine.handle(signals);
    const published = outcomes.filter(({ kind }) => kind === 'accepted').length;
    const unknown = outcomes.filter(({ kind }) => kind === 'unknown').length;
    const notSent = outcomes.length - published - unknown;
    return { published, stale: attempts.length - due.length, notSent, unknown };
  }

  private publish(attempt: StartedAttempt, leftMs: number, writeBefore: number): Promise<PublishOutcome> {
    const codec = codecOf(attempt.request.wireFormat);
    if (codec === undefined) {
      this.logger.error(
        { wireFormat: attempt.request.wireFormat, commandId: attempt.commandId },
        'no codec for this wire format',
      );
      return Promise.resolve({ kind: 'refused', reasonCode: 0x83 });
    }
    const { service, method, parameters } = attempt.request;
    const message = codec.encode({
      commandId: attempt.commandId,
      deviceId: attempt.deviceId,
      attempt: attempt.attempt,
      deadline: attempt.waitUntil,
      service,
      method,
      parameters,
      correlation: correlationOf(attempt.lanePosition),
    });
    const expirySeconds = Math.max(1, Math.floor(leftMs / 1_000));
    return this.publisher.publish({ ...message, expirySeconds, writeBefore }, attempt.deviceId);
  }
}

function codecOf(name: string): WireFormatCodec | undefined {
  return Object.hasOwn(wireFormats, name) ? wireFormats[name as WireFormat] : undefined;
}

function signalOf(attempt: StartedAttempt, outcome: PublishOutcome): Signal[] | undefined {
  const about = { commandId: attempt.commandId, deviceId: attempt.deviceId, attempt: attempt.attempt };
  const refused = (reason: BrokerRefused['reason'], detail: string | null): Signal[] => [
    { ...about, kind: 'broker-refused', reason, detail },
  ];
  switch (outcome.kind) {
    case 'accepted':
      return [{ ...about, kind: 'broker-accepted' }];
    case 'no-subscriber':
    case 'unavailable':
      return refused(outcome.kind, null);
    case 'refused':
      return refused('refused', `reason code 0x${outcome.reasonCode.toString(16)}`);
    case 'unknown':
      return undefined;
  }
}

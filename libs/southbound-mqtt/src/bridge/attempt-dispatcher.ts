import type { BrokerRefused, DeviceId, Signal } from '@downlink/command-domain';
import type { AttemptClaims, Engine } from '@downlink/command-engine';
import { UnsendableCommand } from '../codecs/unsendable-command.js';
import type { MqttLogger } from '../mqtt-logger.js';
import type { OutgoingMessage, PublishOutcome } from '../publisher/publish-outcome.js';
import type { DeviceDirectory } from './device-directory.js';
import { addressesOf, encodeAttempt, type StartedAttempt } from './encode-attempt.js';

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

export interface AttemptDispatcherParts {
  readonly claims: AttemptClaims;
  readonly publisher: AttemptPublisher;
  readonly engine: Engine;
  /** Asked for devices of wire formats with product and device keys only. */
  readonly addresses: Pick<DeviceDirectory, 'addressesOf'>;
  readonly logger: MqttLogger;
}

/** What became of an attempt: the broker's word, or why it has no spelling on the wire. */
type AttemptOutcome = PublishOutcome | { readonly kind: 'unsendable'; readonly reason: string };

/** Publishes attempts and tells the engine what the broker said. */
export class AttemptDispatcher {
  constructor(private readonly parts: AttemptDispatcherParts) {}

  /**
   * Claims the attempts of this batch that are still due, publishes them, and resolves when the broker's word on each is durable.
   * What cannot be said in the device's wire format is not sent, and the command's history says why.
   * @throws Fault (retryable) when the store is away; the same batch may be handed in again.
   */
  async dispatch(attempts: readonly StartedAttempt[]): Promise<DispatchReport> {
    const addresses = await addressesOf(attempts, this.parts.addresses);
    // Before the claim: a process that was frozen behind it must not publish what is stale by now.
    const asked = performance.now();
    const left = await this.parts.claims.claim(attempts);
    const due = attempts.flatMap((attempt, index) => {
      const leftMs = left[index];
      return typeof leftMs === 'number' && leftMs > 0 ? [{ attempt, leftMs, address: addresses[index] }] : [];
    });
    const outcomes = await Promise.all(
      due.map(({ attempt, leftMs, address }) => {
        const message = encodeAttempt(attempt, address);
        if (message instanceof UnsendableCommand) return this.unsendable(attempt, message);
        const expirySeconds = Math.max(1, Math.floor(leftMs / 1_000));
        return this.parts.publisher.publish(
          { ...message, expirySeconds, writeBefore: asked + leftMs },
          attempt.deviceId,
        );
      }),
    );
    const signals = outcomes.flatMap((outcome, index) => signalOf(due[index]!.attempt, outcome) ?? []);
    await this.parts.engine.handle(signals);
    const published = outcomes.filter(({ kind }) => kind === 'accepted').length;
    const unknown = outcomes.filter(({ kind }) => kind === 'unknown').length;
    const notSent = outcomes.length - published - unknown;
    return { published, stale: attempts.length - due.length, notSent, unknown };
  }

  private unsendable({ commandId, request }: StartedAttempt, { message }: UnsendableCommand): AttemptOutcome {
    const { wireFormat, service, method } = request;
    this.parts.logger.error({ commandId, wireFormat, service, method, reason: message }, 'a command cannot be sent');
    return { kind: 'unsendable', reason: message };
  }
}

function signalOf(attempt: StartedAttempt, outcome: AttemptOutcome): Signal[] | undefined {
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
    case 'unsendable':
      return refused('refused', outcome.reason);
    case 'unknown':
      return undefined;
  }
}

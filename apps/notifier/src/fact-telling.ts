import { deliveryOf, type CallbackBodies } from '@downlink/callback-http';
import { webhookIdOf, type CommittedFact, type NewDelivery, type Subscriptions } from '@downlink/command-engine';
import type { FactHeaders } from '@downlink/message-contracts';
import { SUBSCRIBED_FORMATS, type CallbackFormat, type Notice } from './callback-formats.js';

/** One fact and one thing to tell of it. */
interface Telling {
  readonly fact: CommittedFact;
  readonly notice: Notice;
}

export interface TellingParts {
  readonly formats: ReadonlyMap<string, CallbackFormat>;
  readonly subscriptions: Pick<Subscriptions, 'subscribed'>;
  /** A callback asks for a body that nobody here can build. */
  readonly onUnknownFormat: (format: string) => void;
}

/** Who is told what of which fact. */
export class FactTelling {
  private readonly bodies: CallbackBodies;

  constructor(private readonly parts: TellingParts) {
    this.bodies = new Map([...parts.formats].map(([format, { build }]) => [format, build]));
  }

  /** Whether a fact with these headers may have to be told to anybody; its value need not be parsed otherwise. */
  isTold({ callback, type }: Pick<FactHeaders, 'callback' | 'type'>): boolean {
    if (callback === undefined) return false;
    const format = this.parts.formats.get(callback) ?? SUBSCRIBED_FORMATS.get(callback);
    if (format === undefined) this.parts.onUnknownFormat(callback);
    return format !== undefined && !format.silentOn.has(type);
  }

  /**
   * Everything that is told of these facts. Subscriptions are looked up once, for all those facts together that somebody can have
   * subscribed to, and not at all when there are none. @throws Fault (retryable) when the store is away
   */
  async deliveriesOf(facts: readonly CommittedFact[]): Promise<NewDelivery[]> {
    const own = facts.filter((fact) => noticesFormat(fact) === undefined);
    const subscribed = facts.flatMap((fact) =>
      (noticesFormat(fact)?.notices(fact) ?? []).map((notice): Telling => ({ fact, notice })),
    );
    return [
      ...own.flatMap((fact) => deliveryOf(fact, this.bodies, this.parts.onUnknownFormat) ?? []),
      ...(await this.toEachReceiver(subscribed)),
    ];
  }

  private async toEachReceiver(tellings: readonly Telling[]): Promise<NewDelivery[]> {
    if (tellings.length === 0) return [];
    const questions = new Map(tellings.map((telling) => [topicOf(telling), questionOf(telling)]));
    const found = await this.parts.subscriptions.subscribed([...questions.values()]);
    const subscriptions = new Map(found.map((one) => [`${one.applicationId} ${one.topic}`, one]));
    return tellings.flatMap((telling) => {
      const { place } = telling.notice;
      const callback = telling.fact.request.callback?.url ?? null;
      const other = subscriptions.get(topicOf(telling));
      return [
        ...(callback === null ? [] : [deliveryTo(callback, place, telling)]),
        // One receiver is not told the same thing twice.
        ...(other === undefined || other.url === callback
          ? []
          : [deliveryTo(other.url, `${place}-${other.id}`, telling)]),
      ];
    });
  }
}

function noticesFormat({ request }: CommittedFact) {
  return request.callback === undefined ? undefined : SUBSCRIBED_FORMATS.get(request.callback.format);
}

const questionOf = ({ fact, notice }: Telling) => ({
  applicationId: fact.request.applicationId,
  topic: notice.topic,
});
const topicOf = ({ fact, notice }: Telling) => `${fact.request.applicationId} ${notice.topic}`;

function deliveryTo(url: string, receiver: string, { fact, notice }: Telling): NewDelivery {
  const { applicationId, deviceId } = fact.request;
  const key = { commandId: fact.commandId, version: fact.version, receiver };
  const { body, contentType } = notice;
  return { webhookId: webhookIdOf(key), ...key, deviceId, applicationId, url, body, contentType };
}

import { webhookIdOf, type CommittedFact, type NewDelivery } from '@downlink/command-engine';

/** The exact body of one callback. */
export interface CallbackBody {
  readonly body: string;
  readonly contentType: string;
}

/** By the callback's format: builds the body for a fact, or nothing when this event is not told. */
export type CallbackBodies = ReadonlyMap<string, (fact: CommittedFact) => CallbackBody | undefined>;

/**
 * What a fact gives the application to hear: a delivery, or undefined when it wants no callback, the event is not told in its
 * format, or nobody knows the format (`onUnknownFormat` hears of it).
 */
export function deliveryOf(
  fact: CommittedFact,
  bodies: CallbackBodies,
  onUnknownFormat: (format: string) => void,
): NewDelivery | undefined {
  const { commandId, version, request } = fact;
  const { url = null, format } = request.callback ?? {};
  if (url === null || format === undefined) return undefined;
  const build = bodies.get(format);
  if (build === undefined) {
    onUnknownFormat(format);
    return undefined;
  }
  const body = build(fact);
  if (body === undefined) return undefined;
  const { applicationId, deviceId } = request;
  return { webhookId: webhookIdOf({ commandId, version }), commandId, version, deviceId, applicationId, url, ...body };
}

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrokerAddress } from '../connection/broker-address.js';
import { BrokerLink } from '../connection/broker-link.js';
import type { MqttLogger } from '../mqtt-logger.js';
import { MqttPublisher } from '../publisher/mqtt-publisher.js';
import { MqttReceiver } from './mqtt-receiver.js';
import type { BatchHandler } from './received-message.js';

export interface RetiredSession {
  /** The session's own client id, and how to log in. */
  readonly address: BrokerAddress;
  /** What it may be subscribed to. Other sessions must have these before it is retired. */
  readonly formerFilters: readonly string[];
  /** Gets what the broker has kept for it; as a receiver's handler. */
  readonly take: BatchHandler;
  readonly logger: MqttLogger;
  /** Ends it, also half way: then nothing is lost, and the session is still there. */
  readonly signal: AbortSignal;
}

const againMs = 200;

/**
 * Empties a persistent session that an earlier version received with, and removes it from the broker: connects as it, unsubscribes
 * everything, and sends it a last message, behind which nothing can come. A session that does not exist costs three connections.
 * @returns how many messages were found in it; undefined when the signal came first
 */
export async function retireSession(session: RetiredSession): Promise<number | undefined> {
  const { address, formerFilters, take, logger, signal } = session;
  const marker = `downlink/v1/internal/retired/${randomUUID()}`;
  const publisher = new MqttPublisher({ ...address, clientId: `${address.clientId}-${randomUUID()}`, logger });
  const onSubscribed = (): void => void publishUntilAccepted(publisher, marker, signal);
  const receiver = new MqttReceiver({ ...address, filters: [marker], formerFilters, logger, onSubscribed });
  let found = 0;
  let emptied = false;
  const end = endOf(signal);
  await publisher.start();
  await receiver.start(async (batch) => {
    const messages = batch.filter(({ topic }) => topic !== marker);
    if (messages.length > 0) await take(messages);
    found += messages.length;
    emptied ||= messages.length < batch.length;
    if (emptied) end.reached();
  });
  await end.promise;
  await Promise.all([receiver.stop(), publisher.stop()]);
  if (!emptied) return undefined;
  await forget(address, logger, signal);
  return found;
}

/** A promise that resolves when it is told to, or when the signal aborts. */
function endOf(signal: AbortSignal): { promise: Promise<void>; reached: () => void } {
  let reached = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    reached = () => {
      signal.removeEventListener('abort', reached);
      resolve();
    };
    if (signal.aborted) reached();
    else signal.addEventListener('abort', reached);
  });
  return { promise, reached };
}

async function publishUntilAccepted(publisher: MqttPublisher, topic: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await publisher.publish({ topic, payload: '' })).kind !== 'accepted')
    // The only rejection is the abort, which the condition sees.
    await sleep(againMs, undefined, { signal }).catch(() => undefined);
}

/** A clean connection is the end of the session that was there, and its own end leaves none. */
async function forget(address: BrokerAddress, logger: MqttLogger, signal: AbortSignal): Promise<void> {
  const end = endOf(signal);
  const events = { prepare: () => undefined, up: end.reached, down: () => undefined };
  const link = new BrokerLink({ address, session: { clean: true }, logger, events });
  link.start();
  await end.promise;
  await link.stop();
}

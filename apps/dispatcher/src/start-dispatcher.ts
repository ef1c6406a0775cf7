import {
  SignalQueue,
  type AttemptClaims,
  type CommandReader,
  type Engine,
  type Registry,
  type ShardLeases,
  type StrayAnswers,
} from '@downlink/command-engine';
import type { HealthRegistry, Logger, Metrics } from '@downlink/runtime';
import { NestLogger } from '@downlink/runtime';
import {
  AttemptDispatcher,
  DeviceDirectory,
  MqttPublisher,
  PacedTurns,
  readEmqxEvent,
  UplinkIntake,
  type AttemptPublisher,
  type BrokerAddress,
  type DirectUplinks,
  type PacedTurnsOptions,
  type ReceivedMessage,
  type UplinkIntakeParts,
} from '@downlink/southbound-mqtt';
import { NestFactory } from '@nestjs/core';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { DispatcherModule } from './app.module.js';
import { DispatcherMetrics } from './dispatcher.metrics.js';
import { knownDevices } from './known-devices.js';
import { startReceiving } from './start-receiving.js';

/**
 * How long the broker's word on a publish waits for the device's: one that answers at once is then one transaction and one
 * record of facts, not two. Nobody waits for the word but who is told SENT, this much later.
 */
const WORD_WAITS_MS = 5;

/**
 * How the facts are to be consumed: a publish is several round trips, which the next command need not wait for. Above this
 * many under way, calls are few and large again.
 */
export const DISPATCHING = { overlapBelow: 64 };

export interface DispatcherParts {
  readonly engine: Engine;
  readonly reader: CommandReader;
  readonly claims: AttemptClaims;
  readonly strays: StrayAnswers;
  readonly registry: Registry;
  readonly leases: ShardLeases;
  /** Where facts come from. */
  readonly facts: CustomTransportStrategy;
  readonly broker: Omit<BrokerAddress, 'clientId'> & { readonly window?: number };
  /** How devices without a gateway are received; `DEFAULT_DIRECT_UPLINKS` otherwise. */
  readonly direct?: DirectUplinks;
  /** How fast a storm of reconnects is let through; `DEFAULT_PACED_TURNS` otherwise. */
  readonly turns?: PacedTurnsOptions;
  /** Stands in front of the publisher where the broker is embedded and knows who listens. */
  readonly gate?: (publisher: AttemptPublisher) => AttemptPublisher;
  /** This process, unique over the installation. */
  readonly owner: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: HealthRegistry;
}

/** Starts to publish and to receive; returns how to stop. Neither the broker nor the bus needs to be there yet. */
export async function startDispatcher(parts: DispatcherParts): Promise<{ stop(): Promise<void> }> {
  const { reader, logger, owner } = parts;
  // What the broker says and what devices say is about the same lanes at the same time: as transactions of their own they would
  // wait for each other's locks; together they are half as many.
  const queue = new SignalQueue(parts.engine, { maxBatch: 1_000, maxRunning: 1 });
  const engine: Engine = { handle: (signals) => queue.handleAll(signals) };
  const { window, ...broker } = parts.broker;
  const metrics = new DispatcherMetrics(parts.metrics);
  const publisher = new MqttPublisher({
    ...broker,
    clientId: `downlink-publisher-${owner}`,
    logger,
    ...(window ? { window } : {}),
  });
  const turns = new PacedTurns(engine, logger, parts.turns);
  metrics.observeBacklog(() => turns.backlog);
  const directory = new DeviceDirectory(parts.registry);
  const isKnown = knownDevices(parts.registry);
  const brokerEvents = eventsOf(parts.direct);
  const intake = new UplinkIntake({
    reader,
    turns,
    strays: parts.strays,
    isKnown,
    names: directory,
    logger,
    ...brokerEvents,
  });
  await publisher.start();
  const take = async (batch: ReceivedMessage[]): Promise<void> => metrics.taken(await intake.take(batch));
  const receiving = startReceiving({ ...parts, broker, take });
  metrics.observeSessions(() => receiving.sessions);
  parts.health.register('mqtt', async () => ({
    ok: publisher.connected,
    detail: receiving.sessions > 0 ? `receiving in ${String(receiving.sessions)} sessions` : 'standby',
  }));
  const { gate = (ungated: AttemptPublisher) => ungated } = parts;
  const patient: Engine = { handle: (signals) => queue.handleAll(signals, WORD_WAITS_MS) };
  const dispatcher = new AttemptDispatcher({
    claims: parts.claims,
    publisher: gate(publisher),
    engine: patient,
    addresses: directory,
    logger,
  });
  const consumer = await NestFactory.createMicroservice(DispatcherModule.register({ dispatcher, metrics }), {
    strategy: parts.facts,
    logger: new NestLogger(logger),
  });
  await consumer.listen();
  return {
    async stop() {
      await consumer.close();
      await receiving.stop();
      await turns.stop();
      await publisher.stop();
    },
  };
}

function eventsOf(direct: DirectUplinks | undefined): Pick<UplinkIntakeParts, 'brokerEvents'> {
  const prefix = direct?.emqxEvents;
  return prefix === undefined ? {} : { brokerEvents: (topic, payload) => readEmqxEvent(prefix, topic, payload) };
}

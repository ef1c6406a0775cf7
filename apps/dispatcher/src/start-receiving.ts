import type { ShardLeases } from '@downlink/command-engine';
import {
  DEFAULT_DIRECT_UPLINKS,
  FORMER_CLIENT_ID,
  mergeTakes,
  MqttReceiver,
  receiverClientId,
  receiverFilters,
  retireSession,
  uplinkFilters,
  type BatchHandler,
  type BrokerAddress,
  type DirectUplinks,
  type MqttLogger,
} from '@downlink/southbound-mqtt';
import { ReceiverSessions, type ReceiverSessionsParts } from './receiver-sessions.js';

export interface ReceivingParts {
  readonly leases: ShardLeases;
  readonly owner: string;
  readonly broker: Omit<BrokerAddress, 'clientId'>;
  readonly direct?: DirectUplinks;
  readonly take: BatchHandler;
  readonly logger: MqttLogger;
  /** Default `DEFAULT_LEASE_TIMES`. */
  readonly leaseTimes?: ReceiverSessionsParts['leaseTimes'];
}

export interface Receiving {
  /** Sessions that this replica receives with now. */
  readonly sessions: number;
  /** Finishes and acknowledges what has been handed over; the broker keeps what comes then for whoever is next. */
  stop(): Promise<void>;
}

/** Takes this replica's share of the receiving sessions, and what all of them receive as one stream of batches. */
export function startReceiving(parts: ReceivingParts): Receiving {
  const { leases, owner, broker, direct = DEFAULT_DIRECT_UPLINKS, logger, leaseTimes } = parts;
  const take = mergeTakes(parts.take);
  const stopping = new AbortController();
  let retiring: Promise<void> | undefined;
  const retire = (): void => {
    retiring ??= retireFormer({ broker, take, logger, signal: stopping.signal });
  };
  const sessions = new ReceiverSessions({
    leases,
    owner,
    take,
    ...(leaseTimes && { leaseTimes }),
    createReceiver: (session) => {
      const name = { ...broker, clientId: receiverClientId(session), ...receiverFilters(session, direct), logger };
      // Session 0 has taken over by then what the former one was subscribed to.
      return new MqttReceiver({ ...name, ...(session === 0 && { onSubscribed: retire }) });
    },
    observer: {
      failed: (loop, error) =>
        logger.warn({ err: error, loop }, 'the leases of the receiving sessions could not be renewed'),
      succeeded: () => undefined,
    },
  });
  sessions.start();
  return {
    get sessions() {
      return sessions.receiving;
    },
    async stop() {
      stopping.abort();
      await Promise.all([sessions.stop(), retiring]);
    },
  };
}

interface Retirement {
  readonly broker: Omit<BrokerAddress, 'clientId'>;
  readonly take: BatchHandler;
  readonly logger: MqttLogger;
  readonly signal: AbortSignal;
}

/** The session that versions before 2026-11-22 received with: what is in it is handled, and it is removed. Once a process. */
async function retireFormer({ broker, take, logger, signal }: Retirement): Promise<void> {
  const address = { ...broker, clientId: FORMER_CLIENT_ID };
  try {
    const messages = await retireSession({ address, formerFilters: uplinkFilters, take, logger, signal });
    if (messages !== undefined && messages > 0)
      logger.info({ messages }, 'took over what the receiving session of an earlier version held');
  } catch (error) {
    logger.warn({ err: error }, 'the receiving session of an earlier version could not be removed');
  }
}

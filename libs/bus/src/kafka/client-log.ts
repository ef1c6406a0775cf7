import { logLevel, type LogEntry, type logCreator } from 'kafkajs';
import type { BusLogger } from '../bus-logger.js';
import type { OutageLog } from './outage-log.js';

/** Where kafkajs reports that a broker cannot be reached, again at every attempt. */
const CONNECTING = new Set(['Connection', 'Cluster', 'Producer', 'ConsumerGroup']);
/** Lines that say again what `Connection` or this room says. */
const repeats = (namespace: string, message: string): boolean =>
  namespace === 'BrokerPool' || message.startsWith('Crash:');

/**
 * kafkajs's own log lines. It calls an error what it then gets over by itself, so its levels go down by one; lines on broken
 * connections are told once per outage; an error that is the broker's ordinary answer (a rebalance) is for debugging.
 */
export function clientLog(logger: BusLogger, outage: OutageLog): logCreator {
  return () =>
    ({ namespace, level, log }: LogEntry) => {
      const { message, timestamp: _, stack: _stack, ...details } = log;
      const about = { kafkajs: namespace, ...plain(details) };
      const answered = message.startsWith('Response ');
      if (answered || repeats(namespace, message)) logger.debug(about, message);
      else if (level === logLevel.ERROR && CONNECTING.has(namespace)) outage.failed(message);
      else if (level === logLevel.ERROR) logger.warn(about, message);
      else if (level === logLevel.WARN) logger.info(about, message);
      else logger.debug(about, message);
    };
}

function plain(details: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(details).filter(([name]) => name !== 'logger' && name !== 'payload'));
}

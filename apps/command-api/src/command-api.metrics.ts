import { isFault } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { Metrics } from '@downlink/runtime';

/** More are not counted: whoever has so many knows where to look. */
const MOST_COUNTED = 1_000;

/** What an operator watches of the API, asked for at each scrape. Gauges of what is stored say NaN while the store is away. */
export function showGauges(metrics: Metrics, ports: Pick<NorthboundPorts, 'finalEvents' | 'deadLetters'>): void {
  metrics.gauge({
    name: 'downlink_waiting_calls',
    help: 'Synchronous calls held by this process now',
    collect() {
      this.set(ports.finalEvents.held);
    },
  });
  metrics.gauge({
    name: 'downlink_open_dead_letters',
    help: `Dead letters that nobody has dealt with, each blocking its lane; at most ${String(MOST_COUNTED)} are counted`,
    async collect() {
      this.set(await openDeadLetters(ports.deadLetters));
    },
  });
}

async function openDeadLetters(deadLetters: NorthboundPorts['deadLetters']): Promise<number> {
  try {
    return (await deadLetters.search({ state: 'open', limit: MOST_COUNTED })).length;
  } catch (error) {
    if (isFault(error) && error.retryable) return Number.NaN;
    throw error;
  }
}

import type { CommandId, Signal } from '@downlink/command-domain';
import { Batch, type Effect } from './batch.js';
import { isFault } from './fault.js';
import type { Engine, Outcome } from './outcome.js';
import type { CommandStore, KeyName, Touch } from './ports/command-store.port.js';
import type { CommittedFact, FactRelay } from './ports/fact-relay.port.js';

export interface EngineOptions {
  /** How long a sign of life keeps a device reachable, in ms. */
  readonly presenceLeaseMs: number;
}

export const DEFAULT_ENGINE_OPTIONS: EngineOptions = { presenceLeaseMs: 300_000 };

/** Builds the one door to all changes of state. */
export function createEngine(
  store: CommandStore,
  relay: FactRelay,
  options: EngineOptions = DEFAULT_ENGINE_OPTIONS,
): Engine {
  async function handleTogether(signals: readonly Signal[]): Promise<Outcome[]> {
    const { outcomes, facts } = await store.transact(touchedBy(signals), async (loaded) => {
      const batch = new Batch(loaded, options.presenceLeaseMs);
      await batch.prepare(signals);
      const effects = signals.map((signal) => batch.take(signal));
      await batch.giveTurns();
      const result = { outcomes: outcomesOf(signals, effects, batch), facts: batch.facts };
      return { changes: batch.changes(), result };
    });
    publish(facts);
    return outcomes;
  }

  function publish(facts: readonly CommittedFact[]): void {
    if (facts.length > 0) relay.handOver(facts);
  }

  async function handle(signals: readonly Signal[]): Promise<Outcome[]> {
    if (signals.length === 0) return [];
    try {
      return await handleTogether(signals);
    } catch (error) {
      if (isFault(error) && error.retryable) throw error;
      if (signals.length === 1) return [{ kind: 'failed', signal: signals[0]!, cause: error }];
      const middle = Math.ceil(signals.length / 2);
      const first = await handle(signals.slice(0, middle));
      return [...first, ...(await handle(signals.slice(middle)))];
    }
  }

  return { handle };
}

function touchedBy(signals: readonly Signal[]): Touch {
  const deviceIds = new Set<string>();
  const commandIds = new Set<CommandId>();
  const keys: KeyName[] = [];
  for (const signal of signals) {
    deviceIds.add(signal.deviceId);
    if ('commandId' in signal) commandIds.add(signal.commandId);
    if (signal.kind === 'submit' && signal.idempotency !== undefined)
      keys.push({ applicationId: signal.request.applicationId, key: signal.idempotency.key });
  }
  return { deviceIds: [...deviceIds], commandIds: [...commandIds], keys };
}

function outcomesOf(signals: readonly Signal[], effects: readonly Effect[], batch: Batch): Outcome[] {
  return signals.map((signal, index): Outcome => {
    const effect = effects[index]!;
    const about = ('about' in effect && effect.about) || ('commandId' in signal && signal.commandId);
    const head = (about && batch.head(about)) || null;
    if ('rejection' in effect) return { kind: 'rejected', signal, rejection: effect.rejection, head };
    const lane = 'commandId' in signal ? {} : { lane: batch.lane(signal.deviceId) };
    return { kind: 'committed', signal, head, events: effect.events, ...lane };
  });
}

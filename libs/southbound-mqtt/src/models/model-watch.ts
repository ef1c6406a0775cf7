import { runLoop, type LoopOptions, type Product, type Registry } from '@downlink/command-engine';
import { servicesOf } from '../codecs/enos/enos-topics.js';
import { wireFormats } from '../codecs/wire-formats.js';
import type { ModelChange } from '../gateway/ports.js';
import type { MqttLogger } from '../mqtt-logger.js';

export interface ModelWatchParts {
  readonly registry: Pick<Registry, 'modelVersions' | 'product'>;
  /** The products to look at, asked before each look: those of which devices are connected. */
  readonly products: () => readonly string[];
  readonly logger: MqttLogger;
  /** Time between two looks. ms, default 3,000. */
  readonly everyMs?: number;
}

/**
 * Notices that the model of a product has changed, by the number of its version: one small query for all products, and the model
 * itself only of those that have changed. What is seen for the first time counts as changed, and each change is told twice, a look
 * apart: a device that logged in with the old model and was not connected yet at the first time hears of it at the second.
 */
export class ModelWatch {
  private readonly known = new Map<string, number>();
  /** Told once, to be told again at the next look. */
  private readonly toldOnce = new Set<string>();

  constructor(private readonly parts: ModelWatchParts) {}

  /** Calls the listener for each change until the function given back is called. For one listener at a time. */
  listen(listener: (change: ModelChange) => void): () => void {
    const stopping = new AbortController();
    const { everyMs = 3_000, logger } = this.parts;
    let failing = false;
    const options: LoopOptions = {
      name: 'model watch',
      signal: stopping.signal,
      retryMs: everyMs,
      observer: {
        failed(_, err) {
          if (!failing) logger.warn({ err }, 'changes of models cannot be seen, trying again');
          failing = true;
        },
        succeeded: () => (failing = false),
      },
    };
    const round = () => this.look(listener, stopping.signal).then(() => everyMs);
    // Not before the caller is done: whose products these are may still be under construction.
    queueMicrotask(() => void runLoop(round, options));
    return () => stopping.abort();
  }

  private async look(listener: (change: ModelChange) => void, { aborted }: AbortSignal): Promise<void> {
    const keys = this.parts.products();
    for (const key of this.known.keys()) if (!keys.includes(key)) this.known.delete(key);
    if (keys.length === 0) return;
    const versions = await this.parts.registry.modelVersions(keys);
    for (const [key, version] of versions) {
      const isNew = this.known.get(key) !== version;
      if (!isNew && !this.toldOnce.has(key)) continue;
      const product = await this.parts.registry.product(key);
      if (product === undefined || aborted) continue;
      listener(changeOf(product));
      this.known.set(key, version);
      if (isNew) this.toldOnce.add(key);
      else this.toldOnce.delete(key);
    }
  }
}

function changeOf({ key, wireFormat, model }: Product): ModelChange {
  const services = servicesOf(model);
  const codec = Object.values(wireFormats).find(({ name }) => name === wireFormat);
  return { productKey: key, subscriptionsFor: (device) => codec?.subscriptionsFor(device, services) ?? [] };
}

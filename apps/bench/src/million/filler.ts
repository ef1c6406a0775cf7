import type { CommandId, CommandRequest, DeviceId, Signal } from '@downlink/command-domain';
import { createEngine, LeasedCommandIds, OutboxRelay, type Engine } from '@downlink/command-engine';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import { APPLICATION, PRODUCT_KEY } from '../product/installation.js';

/** Signals in one transaction, and transactions at once: one decides while the other is being written. */
const BATCH = 1_000;
const AT_ONCE = 3;
const REGISTER_SLICE = 10_000;

/** One command to be submitted. */
export interface Wanted {
  readonly deviceId: DeviceId;
  /** When it is to expire, ms since 1970. */
  readonly until: number;
}

export interface Filled {
  readonly commands: number;
  readonly seconds: number;
  /** Ids are ordered by time: everything of this fill lies between these. */
  readonly first: CommandId;
  readonly last: CommandId;
}

/**
 * Writes what the services would have written, by the engine itself on the store itself. Its facts are published nowhere and
 * their pointers removed, as if a bus had taken them.
 */
export class Filler {
  private readonly relay: OutboxRelay;
  private readonly engine: Engine;
  private readonly ids: LeasedCommandIds;

  private constructor(private readonly store: PostgresStore) {
    const nowhere = { publish: async () => undefined };
    const fail = (what: string) => (_count: number, error: unknown) => {
      throw new Error(what, { cause: error });
    };
    this.relay = new OutboxRelay(nowhere, store.outbox, {
      left: fail('facts were left to the outbox'),
      notRemoved: fail('pointers could not be removed'),
    });
    this.engine = createEngine(store.commandStore, this.relay);
    this.ids = new LeasedCommandIds(store.workerNumbers, { owner: 'bench' });
  }

  static async open(url: string, secretsKey: string): Promise<Filler> {
    await migrate(url);
    const store = createPostgresStore({
      url,
      secretsKey,
      applicationName: 'bench fill',
      onConnectionError: (error) => process.stderr.write(`fill: a connection broke: ${error.message}\n`),
    });
    const filler = new Filler(store);
    await store.ensurePartitions({ daysAhead: 7 });
    await filler.ids.start();
    return filler;
  }

  /** The application, its product and these devices; lanes are made with them. */
  async register(deviceIds: readonly DeviceId[]): Promise<void> {
    const { registry } = this.store;
    const product = { key: PRODUCT_KEY, applicationId: APPLICATION.id, name: '', wireFormat: 'native', model: null };
    const application = { id: APPLICATION.id, name: 'Bench', credentials: { huawei: { secret: APPLICATION.secret } } };
    await registry.apply({ applications: [application], products: [product], devices: [] });
    for (const slice of slicesOf(deviceIds, REGISTER_SLICE)) {
      const devices = slice.map((id) => ({
        id,
        applicationId: APPLICATION.id,
        productKey: PRODUCT_KEY,
        name: '',
        activated: true,
      }));
      await registry.apply({ applications: [], products: [], devices });
    }
  }

  /** These devices were seen to leave: what is submitted for them stays queued. */
  async sendAway(deviceIds: readonly DeviceId[]): Promise<void> {
    const signals = deviceIds.map((deviceId): Signal => ({ kind: 'device-unreachable', deviceId }));
    await this.handleAll(slicesOf(signals, BATCH));
  }

  /** Submits in this order. @throws Error when any is not accepted, or did not stay queued */
  async submit(wanted: readonly Wanted[]): Promise<Filled> {
    const startedAt = performance.now();
    const bounds = { first: this.ids.next(), last: '' as CommandId };
    await this.handleAll(slicesOf(wanted, BATCH), ({ deviceId, until }) => {
      const commandId = this.ids.next();
      const lifetimeMs = Math.max(1, until - Date.now());
      return { kind: 'submit', commandId, deviceId, request: requestFor(deviceId, lifetimeMs) };
    });
    await this.relay.drain();
    return {
      ...bounds,
      last: this.ids.next(),
      commands: wanted.length,
      seconds: (performance.now() - startedAt) / 1_000,
    };
  }

  async close(): Promise<void> {
    await this.relay.drain();
    await this.ids.stop();
    await this.store.close();
  }

  private async handleAll(slices: Signal[][]): Promise<void>;
  private async handleAll<T>(slices: T[][], signalOf: (item: T) => Signal): Promise<void>;
  private async handleAll<T>(slices: T[][], signalOf?: (item: T) => Signal): Promise<void> {
    const waiting = slices.values();
    const worker = async (): Promise<void> => {
      // One iterator for all workers: each takes the next slice.
      for (const slice of waiting) {
        const signals = signalOf === undefined ? (slice as Signal[]) : slice.map(signalOf);
        for (const outcome of await this.engine.handle(signals)) {
          if (outcome.kind === 'committed' && (outcome.head === null || outcome.head.state.status === 'queued'))
            continue;
          throw new Error(`the fill went wrong: ${outcome.kind}`, {
            cause: outcome.kind === 'failed' ? outcome.cause : outcome,
          });
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }
}

/** As the accept bench's create call becomes one. */
function requestFor(deviceId: DeviceId, lifetimeMs: number): CommandRequest {
  return {
    applicationId: APPLICATION.id,
    deviceId,
    dialect: 'huawei',
    wireFormat: 'native',
    service: 'switch',
    method: 'turn',
    parameters: { on: true, level: 42, reason: 'benchmark of a million that wait' },
    mode: 'cached',
    lifetimeMs,
    policy: {
      maxRetransmit: 3,
      firstWaitMs: 10_000,
      waitJitter: 0.5,
      answerWithinMs: 180_000,
      lateAnswers: 'record',
      laneCap: 20,
      immediate: 'bypass',
    },
  };
}

function slicesOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
}

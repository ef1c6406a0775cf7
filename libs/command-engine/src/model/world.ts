import type { CommandId, DeviceId, Signal } from '@downlink/command-domain';
import { ALL_SHARDS } from '../contracts/command-stories.js';
import type { CommandStoreUnderTest } from '../contracts/command-stories.js';
import { createEngine } from '../create-engine.js';
import { isFault } from '../fault.js';
import { OutboxSweeper } from '../outbox-relay.js';
import type { Engine, Outcome } from '../outcome.js';
import type { CommandStore } from '../ports/command-store.port.js';
import type { CommittedFact } from '../ports/fact-relay.port.js';
import { promised } from './broken-promise.js';
import { Model } from './model.js';
import { Crashed, Recorder, type CrashPoint, type Gate } from './recorder.js';

/** A store whose clock the model turns. */
export interface ModelSubject extends CommandStoreUnderTest {
  /** The clock of the database, ms since 1970; only ever forward. */
  clock(): number;
  setClock(now: number): Promise<void>;
  /** Never used before. As waits hang on ids, a run can be done again only with the same ones. */
  nextId(): CommandId;
  /** Two devices without a past. */
  readonly devices: readonly DeviceId[];
}

/** A fault built in on purpose: what the model must find. */
export interface Mutation {
  /** Between engine and recorder: an engine that decides wrongly. */
  readonly store?: (store: CommandStore) => CommandStore;
  /** Beneath the recorder: a store that writes something else. */
  readonly beneath?: (store: CommandStore) => CommandStore;
  readonly engine?: (engine: Engine) => Engine;
  /** Facts that the relay forgets without having published them. */
  readonly forgets?: (fact: CommittedFact) => boolean;
}

export interface Message {
  readonly commandId: CommandId;
  readonly deviceId: DeviceId;
  readonly attempt: number;
  readonly waitUntil: number;
}

const PRESENCE_LEASE_MS = 60_000;
const at = <T>(list: readonly T[], index: number): T | undefined => list[index % Math.max(1, list.length)];

/** Everything around the engine: callers, bus, broker, devices, and a clock that stands still until it is turned. */
export class World {
  readonly model: Model;
  readonly devices: readonly DeviceId[];
  readonly submitted: { readonly commandId: CommandId; readonly deviceId: DeviceId }[] = [];
  readonly signals: Signal[] = [];
  /** Attempts that the dispatcher has heard of and not published. */
  readonly outgoing: Message[] = [];
  /** Messages between broker and device; nothing says in which order they arrive. */
  readonly wire: Message[] = [];
  readonly published = new Set<string>();
  private readonly executed = new Set<CommandId>();
  /** What a crash took the answer of: it comes again, as from Kafka or from a caller. */
  private unanswered: Signal[] = [];
  /** For how long nobody looked at deadlines. */
  blindMs = 0;
  private readonly recorder: Recorder;

  constructor(
    readonly subject: ModelSubject,
    private readonly gate: Gate | null = null,
    private readonly mutation: Mutation = {},
  ) {
    this.devices = subject.devices;
    this.model = new Model(gate !== null);
    this.recorder = new Recorder((unit) => this.model.observe(unit), this.letOthersOn);
  }

  pick<T>(list: readonly T[], index: number): T | undefined {
    return at(list, index);
  }

  /** Hands signals in as a service would. Null when the process died over it. @throws BrokenPromise */
  async handle(signals: readonly Signal[], crash: CrashPoint | null = null): Promise<Outcome[] | null> {
    const { store: mutate = (same) => same, beneath = (same) => same, engine: wrap = (same) => same } = this.mutation;
    this.signals.push(...signals);
    const { store, settle } = this.recorder.open(beneath(this.subject.store), signals, crash);
    const facts: CommittedFact[] = [];
    const relay = { handOver: (handed: readonly CommittedFact[]) => void facts.push(...handed) };
    const engine = wrap(createEngine(mutate(store), relay, { presenceLeaseMs: PRESENCE_LEASE_MS }));
    const outcomes = await engine.handle(signals).catch((error: unknown) => {
      // A race that was lost for good looks to the caller like a crash: he hands the same in again.
      if (error instanceof Crashed || (isFault(error) && error.code === 'version-conflict')) return null;
      settle(null);
      throw error;
    });
    settle(outcomes);
    if (outcomes === null) this.unanswered.push(...signals);
    else await this.publish(facts, crash);
    return outcomes;
  }

  /** Crashed processes are back: what was not acknowledged comes again, and the outbox gives up what was not published. */
  async recover(): Promise<void> {
    const again = this.unanswered;
    this.unanswered = [];
    if (again.length > 0) await this.handle(again);
    const publisher = { publish: (facts: readonly CommittedFact[]) => Promise.resolve(this.hear(facts)) };
    const sweeper = new OutboxSweeper(publisher, this.subject.outbox, { olderThanMs: 0, limit: 500 });
    while ((await sweeper.sweep(ALL_SHARDS)) > 0);
  }

  private readonly letOthersOn: Gate = (label) => this.gate?.(label) ?? Promise.resolve();

  /** Turns the clock, and a punctual scheduler fires whatever falls due on the way. */
  async pass(ms: number): Promise<void> {
    const until = this.subject.clock() + ms;
    // Where several turn the clock at once, one may turn it over what falls due for another.
    if (this.gate !== null) this.blindMs += ms;
    for (;;) {
      const left = until - this.subject.clock();
      if (left < 0 || !(await this.fireNext(left))) break;
    }
    if (until > this.subject.clock()) await this.subject.setClock(until);
  }

  /** Turns the clock while no scheduler is there. */
  async oversleep(ms: number): Promise<void> {
    this.blindMs += ms;
    await this.subject.setClock(this.subject.clock() + ms);
  }

  /** Fires what is due first within `withinMs`; false when there is nothing, or nothing that moves. */
  private async fireNext(withinMs: number): Promise<boolean> {
    const { now, commands: all } = await this.subject.due.due(ALL_SHARDS, withinMs, 500);
    const commands = all.filter(({ deviceId }) => this.devices.includes(deviceId));
    const first = commands[0];
    if (first === undefined) return false;
    if (first.dueAt > now) await this.subject.setClock(first.dueAt);
    const ripe = commands.filter(({ dueAt }) => dueAt <= Math.max(now, first.dueAt));
    const outcomes = await this.handle(
      ripe.map(({ commandId, deviceId }) => ({ kind: 'time-due', commandId, deviceId })),
    );
    return outcomes?.some(({ kind }) => kind === 'committed') ?? false;
  }

  private async publish(facts: readonly CommittedFact[], crash: CrashPoint | null): Promise<void> {
    if (facts.length === 0) return;
    await this.letOthersOn('publish');
    this.hear(facts.filter((fact) => !(this.mutation.forgets?.(fact) ?? false)));
    if (crash === 'before-delete') return;
    await this.letOthersOn('delete');
    await this.subject.outbox.remove(facts);
  }

  /** What every consumer does: a fact that comes again is the same fact. */
  private hear(facts: readonly CommittedFact[]): void {
    for (const { commandId, version, event, request } of facts) {
      if (!this.devices.includes(request.deviceId)) continue;
      this.published.add(`${commandId}:${version}`);
      if (event.type !== 'AttemptStarted') continue;
      const { attempt, waitUntil } = event;
      this.outgoing.push({ commandId, deviceId: request.deviceId, attempt, waitUntil });
    }
  }

  /** The dispatcher's last look before it publishes, and the check that it published nothing that it may not. */
  async mayPublish(message: Message): Promise<boolean> {
    const [left] = await this.subject.claims.claim([message]);
    if (left === null || left === undefined) return false;
    const command = this.model.commands.get(message.commandId);
    const status = command?.status ?? 'unknown';
    const gone = ['canceled', 'superseded', 'expired'].includes(status);
    promised('4', !gone && left > 0, () => `published, although it is ${status}`);
    return true;
  }

  /** A device that remembers what it has done. */
  execute({ commandId, attempt }: Message): void {
    const command = this.model.commands.get(commandId);
    promised('4', command !== undefined && command.attempts >= attempt, () => 'a device got what never started');
    this.executed.add(commandId);
  }

  /** Lets everything come to its end. @throws BrokenPromise */
  async settle(): Promise<void> {
    await this.recover();
    for (let round = 0; await this.fireNext(1e12); round++) {
      promised('1', round < 2_000, () => 'deadlines without end');
    }
    await this.recover();
  }
}

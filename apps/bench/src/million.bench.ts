import { setTimeout as pause } from 'node:timers/promises';
import type { TestProcess } from '@downlink/testing';
import { createDatabase } from './bare/bare-target.js';
import { deviceIds } from './accept.bench.js';
import { accepts, creations, type AcceptResult } from './load/accepts.js';
import { WebhookSink } from './load/webhook-sink.js';
import { copyDatabase, settle, withClient } from './million/databases.js';
import { Filler, type Wanted } from './million/filler.js';
import { latenessOf, type Lateness } from './million/lateness.js';
import { MemoryWatch } from './million/memory.js';
import { answered, restartAll, type Restart } from './million/restart.js';
import { startDevices, stopAll } from './processes.js';
import { Installation, newSecretsKey, type Service } from './product/installation.js';
import type { Servers } from './servers.js';

/** Queued per device; Huawei's cap is 20, so that the accept run finds room. */
const PER_DEVICE = 10;
/** Devices without a queue, as in the accept bench. */
const LIVE = 20_000;
const CONNECTED = 10;
/** A prime, and so without a common factor with any number of devices below it or not a multiple of it. */
const STRIDE = 7_919;
const WINDOW_MS = 10_000;
/** Everything has a limit of its own, and this is the one over all of them; alone on two cores it takes some eight minutes. */
const GIVE_UP_AFTER_MS = 1_800_000;
const SERVICES: readonly Service[] = ['command-api', 'dispatcher', 'scheduler', 'notifier'];

export interface MillionFigures {
  readonly commands: number;
  readonly devices: number;
  readonly fill: { readonly perSecond: number; readonly seconds: number; readonly settledAfterSeconds: number };
  readonly databaseMiB: number;
  readonly accept: { readonly empty: AcceptResult; readonly full: AcceptResult; readonly emptyAgain: AcceptResult };
  /** full ÷ the mean of the two empty runs around it */
  readonly acceptRatio: number;
  readonly acceptP99Ratio: number;
  readonly lateness: readonly Lateness[];
  readonly restart: Restart;
  /** Most resident memory by service, MiB; empty where the system does not tell. */
  readonly memoryMiB: Readonly<Record<string, number>>;
}

/**
 * A million commands wait for devices that are away. Everything is measured on one database with them and, where a comparison
 * is made, on one without, minutes apart; the comparison is made around the full one, so that a machine that gets slower is noticed.
 */
export async function benchMillion(servers: Servers, seconds: number, commands: number): Promise<MillionFigures> {
  const run = new MillionRun(servers, seconds, commands);
  const tooLong = setTimeout(() => {
    say(`not done within ${GIVE_UP_AFTER_MS / 60_000} minutes`);
    process.exit(1);
  }, GIVE_UP_AFTER_MS);
  try {
    return await run.run();
  } finally {
    clearTimeout(tooLong);
    await run.close();
  }
}

class MillionRun {
  private readonly memory = new MemoryWatch();
  private readonly sink = new WebhookSink();
  private readonly secretsKey = newSecretsKey();
  private readonly waiting: readonly string[];
  private running: readonly TestProcess[] = [];
  private devices: TestProcess | undefined;
  private fillPerSecond = 0;

  constructor(
    private readonly servers: Servers,
    private readonly seconds: number,
    private readonly commands: number,
  ) {
    this.waiting = Array.from({ length: Math.ceil(commands / PER_DEVICE) }, (_, n) => `waiting-${n}`);
  }

  async run(): Promise<MillionFigures> {
    const full = await this.prepare();
    const filler = await Filler.open(full, this.secretsKey);
    try {
      const fill = await this.fill(filler, full);
      const { lateness, restart } = await this.whatTimeCauses(filler, full);
      say('filling up again what expired');
      await filler.submit(this.oneEach(inTwoDays));
      await settle(full);
      const accept = await this.accept(full);
      const mean = (of: (result: AcceptResult) => number): number => (of(accept.empty) + of(accept.emptyAgain)) / 2;
      return {
        commands: this.commands,
        devices: this.waiting.length,
        ...fill,
        accept,
        acceptRatio: accept.full.perSecond / mean(({ perSecond }) => perSecond),
        acceptP99Ratio: accept.full.p99Ms / mean(({ p99Ms }) => p99Ms),
        lateness,
        restart,
        memoryMiB: this.memory.peaksMiB,
      };
    } finally {
      await filler.close();
    }
  }

  async close(): Promise<void> {
    this.memory.stop();
    await stopAll([...this.running, ...(this.devices === undefined ? [] : [this.devices])]);
    await this.sink
      .close()
      .catch((error: unknown) => process.stderr.write(`the sink did not close: ${String(error)}\n`));
  }

  /** One database with the devices in it, those that wait being away, and two copies. Returns the one to be filled. */
  private async prepare(): Promise<string> {
    const empty = await createDatabase(this.servers, 'million_empty');
    const filler = await Filler.open(empty, this.secretsKey);
    await filler.register([...deviceIds(LIVE), ...this.waiting]);
    await filler.sendAway(this.waiting);
    await filler.close();
    await settle(empty);
    await copyDatabase(this.servers, 'million_empty', 'million_empty_again');
    say(`${LIVE + this.waiting.length} devices registered`);
    return copyDatabase(this.servers, 'million_empty', 'million_full');
  }

  /** All but one command per device; that one comes when it is to fall due. */
  private async fill(filler: Filler, url: string): Promise<Pick<MillionFigures, 'fill' | 'databaseMiB'>> {
    const wanted = this.waiting.flatMap((deviceId) =>
      Array.from({ length: PER_DEVICE - 1 }, (): Wanted => ({ deviceId, until: inTwoDays() })),
    );
    const filled = await filler.submit(wanted);
    this.fillPerSecond = filled.commands / filled.seconds;
    say(`${filled.commands} commands wait, ${this.fillPerSecond.toFixed(0)}/s`);
    const settledAfterSeconds = await settle(url);
    const databaseMiB = await withClient(url, async (client) => {
      const { rows } = await client.query<{ mib: number }>(
        'select pg_database_size(current_database())::float8 / 1048576 as mib',
      );
      return Math.round(rows[0]!.mib);
    });
    say(`settled after ${settledAfterSeconds.toFixed(0)} s, ${databaseMiB} MiB`);
    return { fill: { perSecond: this.fillPerSecond, seconds: filled.seconds, settledAfterSeconds }, databaseMiB };
  }

  private async whatTimeCauses(
    filler: Filler,
    url: string,
  ): Promise<{ lateness: readonly Lateness[]; restart: Restart }> {
    const installation = await this.installationOn(url, 'million');
    const sinkUrl = await this.sink.listen();
    const probe = { installation, sink: this.sink, sinkUrl, deviceId: 'device-0' };
    this.devices = await startDevices(this.servers.mosquitto.url, CONNECTED);
    this.running = await this.startAll(installation, SERVICES);
    await answered(probe);
    const lateness = [await this.lateness(filler, url, 1)];
    this.running = [...this.running, ...(await this.startAll(installation, ['scheduler']))];
    // Shares are even after two heartbeats of 5 s each.
    await pause(11_000);
    lateness.push(await this.lateness(filler, url, 2));
    const { processes, ...restart } = await restartAll(probe, this.running, () =>
      this.startAll(installation, [...SERVICES, 'scheduler']),
    );
    this.running = processes;
    const { roundTripBeforeMs, readyMs, fullWorkMs } = restart;
    say(
      `restart: ready after ${inSeconds(readyMs)} s, first answer after ${inSeconds(fullWorkMs)} s (${inSeconds(roundTripBeforeMs)} s before)`,
    );
    await this.stopRunning();
    return { lateness, restart };
  }

  private async lateness(filler: Filler, url: string, schedulers: number): Promise<Lateness> {
    const due = this.waiting.length;
    // Twice the time that the fill should take, and a look-ahead more.
    const windowStartsAt = Math.ceil(Date.now() + (2_000 * due) / this.fillPerSecond + 5_000);
    const filled = await filler.submit(this.oneEach((n) => Math.round(windowStartsAt + (n * WINDOW_MS) / due)));
    if (Date.now() > windowStartsAt) say('the fill took longer than planned: the first deadlines passed meanwhile');
    const figures = await withClient(url, (client) =>
      latenessOf(client, filled, { schedulers, windowEndsAt: windowStartsAt + WINDOW_MS }),
    );
    const { expired, p50Ms, p99Ms, maxMs, factsBehindMs } = figures;
    say(
      `${due} due in ${WINDOW_MS / 1_000} s, ${schedulers} scheduler(s): ${expired} expired, late p50 ${p50Ms} ms, p99 ${p99Ms} ms, max ${maxMs} ms; outbox empty ${factsBehindMs} ms later`,
    );
    return figures;
  }

  private async accept(full: string): Promise<MillionFigures['accept']> {
    return {
      empty: await this.acceptOn('empty', this.servers.postgres.urlOf('million_empty')),
      full: await this.acceptOn('full', full),
      emptyAgain: await this.acceptOn('empty again', this.servers.postgres.urlOf('million_empty_again')),
    };
  }

  /** The command API alone, as in the accept bench; half of the submissions start an attempt, half have to wait. */
  private async acceptOn(name: string, url: string): Promise<AcceptResult> {
    const installation = await this.installationOn(url, `million_accept_${name.replaceAll(' ', '_')}`);
    this.running = await this.startAll(installation, ['command-api']);
    const result = await accepts(creations(await installation.target(), this.acceptDevices()), this.seconds);
    await this.stopRunning();
    const { perSecond, p50Ms, p99Ms, notCreated } = result;
    say(`accept, ${name}: ${perSecond.toFixed(0)}/s, p50 ${p50Ms} ms, p99 ${p99Ms} ms, ${notCreated} not created`);
    return result;
  }

  /** A small run has too few waiting devices to take what the accept run brings. */
  private acceptDevices(): string[] {
    const live = deviceIds(LIVE);
    if (this.waiting.length < LIVE) return live;
    return this.waiting.flatMap((id, n) => [id, live[n % LIVE]!]);
  }

  private installationOn(url: string, name: string): Promise<Installation> {
    return Installation.on(this.servers, url, { name, secretsKey: this.secretsKey });
  }

  private async startAll(installation: Installation, services: readonly Service[]): Promise<TestProcess[]> {
    return Promise.all(services.map(async (service) => this.memory.watch(await installation.start(service))));
  }

  private async stopRunning(): Promise<void> {
    this.memory.look();
    const processes = this.running;
    this.running = [];
    await stopAll(processes);
  }

  /** One command per waiting device, in an order that has nothing to do with how they lie in the tables. */
  private oneEach(until: (n: number) => number): Wanted[] {
    const count = this.waiting.length;
    return this.waiting.map((_, n) => ({ deviceId: this.waiting[(n * STRIDE) % count]!, until: until(n) }));
  }
}

const inTwoDays = (): number => Date.now() + 172_800_000;
const inSeconds = (ms: number): string => (ms / 1_000).toFixed(1);
const say = (line: string): void => void process.stderr.write(`million: ${line}\n`);

import { existsSync } from 'node:fs';
import { freePort, startProcess, type TestProcess } from '@downlink/testing';
import { hideFromServices } from '../config.js';
import { GATEWAY, SERVICES, type Program } from './system.js';

/** Seven processes start at once, on machines of two cores. */
const READY_WITHIN_MS = 120_000;

type Environment = Readonly<Record<string, string>>;

/** One replica of a service, in a process that changes when it is killed. */
export interface Replica {
  readonly service: Program;
  readonly process: TestProcess;
  /** What only this replica is told, such as its port. */
  readonly own: Environment;
}

/** Every replica of every service as a process of its own, started from its build. */
export class ServiceProcesses {
  private readonly running: Replica[] = [];
  private readonly ended: string[] = [];

  constructor(
    readonly environment: Environment,
    private readonly replicas: Readonly<Partial<Record<Program, number>>>,
    /** What only this replica is told, by service and number. */
    private readonly ownOf: (service: Program, number: number) => Environment = () => ({}),
  ) {}

  async start(): Promise<void> {
    hideFromServices();
    const wanted = [...SERVICES, GATEWAY as Program].flatMap((service) =>
      Array.from({ length: this.replicas[service] ?? 0 }, (_, number) =>
        this.startOne(service, this.ownOf(service, number)),
      ),
    );
    const failures = (await Promise.allSettled(wanted)).flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
    );
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n'));
  }

  all(): readonly Replica[] {
    return this.running;
  }

  /** The replicas of a service, the oldest first. */
  of(service: Program): readonly Replica[] {
    return this.running.filter((replica) => replica.service === service);
  }

  /** The oldest replica, so that repeated calls go round. */
  async killAndRestart(service: Program): Promise<void> {
    await this.replace(this.of(service)[0]!);
  }

  /** Ends this replica, at once unless another signal is given, and starts it again, with further settings if any. */
  async replace(replica: Replica, signal: NodeJS.Signals = 'SIGKILL', over: Environment = {}): Promise<Replica> {
    await this.end(replica, signal);
    return this.startOne(replica.service, replica.own, over);
  }

  /** Ends this replica, at once unless another signal is given. */
  async end({ service, process, own }: Replica, signal: NodeJS.Signals = 'SIGKILL'): Promise<number | string> {
    const at = this.running.findIndex((replica) => replica.process === process);
    if (at < 0) throw new Error(`this ${service} ${JSON.stringify(own)} does not run`);
    this.running.splice(at, 1);
    const how = await process.kill(signal);
    this.ended.push(process.log());
    return how;
  }

  logs(): string {
    return [...this.ended, ...this.running.map(({ process }) => process.log())].join('\n');
  }

  /** @throws Error naming every service that did not end in order */
  async stop(): Promise<void> {
    const how = await Promise.all(
      this.running.map(async ({ process }) => [process.name, await process.stop()] as const),
    );
    const disorderly = how.filter(([, code]) => code !== 0).map(([name, code]) => `${name} ended with ${code}`);
    if (disorderly.length > 0) throw new Error(`${disorderly.join(', ')}\n${this.logs().slice(-4_000)}`);
  }

  /** One more of a service, or one that was ended. */
  async startOne(service: Program, own: Environment, over: Environment = {}): Promise<Replica> {
    const script = `dist/apps/${service}/main.js`;
    if (!existsSync(script)) throw new Error(`${script} is missing: npm run build`);
    const process = await startProcess({
      name: service,
      script,
      env: { ...this.environment, OPERATIONS_PORT: String(await freePort()), ...own, ...over },
      ready: /"ready"/,
      readyWithinMs: READY_WITHIN_MS,
    });
    const replica = { service, process, own };
    this.running.push(replica);
    return replica;
  }
}

/** The four services, as they are scaled in the tests. */
export const REPLICAS = { 'command-api': 1, dispatcher: 2, scheduler: 2, notifier: 2 } as const;
export type Service = keyof typeof REPLICAS;
export const SERVICES = Object.keys(REPLICAS) as Service[];

/** A whole system under test: real servers, every service in a process of its own. The specs do not know which kind it is. */
export interface System {
  readonly target: 'processes' | 'compose';
  readonly apiUrl: string;
  readonly adminKey: string;
  /** For devices. */
  readonly mqttUrl: string;
  /** For the invariants only. */
  readonly databaseUrl: string;
  /** The address under which the services reach a port of this process. */
  reachable(port: number): Promise<string>;
  /** Ends one replica at once (SIGKILL) and starts it again; resolves when it is ready. */
  killAndRestart(service: Service): Promise<void>;
  /** Ends Kafka at once (SIGKILL) and starts it again. @throws Error when it is not this system's own */
  killAndRestartKafka(): Promise<void>;
  /** What the services have written, for a failed test. */
  logs(): Promise<string>;
  stop(): Promise<void>;
}

/** The first wait for an acknowledgement in the tests, in ms: short enough to see it lapse, long enough not to by accident. */
export const FIRST_WAIT_MS = 3_000;
/** How much the wait may be stretched (jitter). */
export const LONGEST_FIRST_WAIT_MS = 1.5 * FIRST_WAIT_MS;

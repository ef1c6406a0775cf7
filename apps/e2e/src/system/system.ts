/** The four services, as they are scaled in the tests. */
export const REPLICAS = { 'command-api': 1, dispatcher: 2, scheduler: 2, notifier: 2 } as const;
export type Service = keyof typeof REPLICAS;
export const SERVICES = Object.keys(REPLICAS) as Service[];

/** What stands between the devices and the broker, where a system has it. */
export const GATEWAY = 'device-gateway';
export type Program = Service | typeof GATEWAY;

/** A whole system under test: real servers, every service in a process of its own. The specs do not know which kind it is. */
export interface System {
  readonly target: 'processes' | 'compose';
  readonly apiUrl: string;
  readonly adminKey: string;
  /** For devices: a gateway, a balancer before several, or the broker itself where there is none. */
  readonly mqttUrl: string;
  /** On processes, where asked for. */
  readonly gateways?: Gateways;
  /** For the invariants only. */
  readonly databaseUrl: string;
  /** The address under which the services reach a port of this process. */
  reachable(port: number): Promise<string>;
  /** Ends one replica at once (SIGKILL) and starts it again; resolves when it is ready. */
  killAndRestart(service: Program): Promise<void>;
  /** Ends Kafka at once (SIGKILL) and starts it again. @throws Error when it is not this system's own */
  killAndRestartKafka(): Promise<void>;
  /** What the services have written, for a failed test. */
  logs(): Promise<string>;
  stop(): Promise<void>;
}

/** Several device gateways behind a balancer, which a spec may end and which devices may be moved between. */
export interface Gateways {
  /** Ends one, at once unless another signal is given; devices find another. Gives its exit code or the signal. */
  end(which: number, signal?: NodeJS.Signals): Promise<number | string>;
  /** Starts those again that were ended. */
  restart(): Promise<void>;
  /** New connections go to this one while it is there. */
  prefer(which: number): void;
  /**
   * Breaks the connections of all devices. With `onlyTheirSide` the gateways do not hear of it, as when a radio is lost: to them the
   * old connections are still there when the devices come back.
   */
  breakConnections(how?: { onlyTheirSide: boolean }): void;
  /** Lets no new connection through any more, or does so again. */
  setOpen(open: boolean): void;
  /** Devices connected to this one now, as it says itself. */
  connected(which: number): Promise<number>;
}

/** The first wait for an acknowledgement in the tests, in ms: short enough to see it lapse, long enough not to by accident. */
export const FIRST_WAIT_MS = 3_000;
/** How much the wait may be stretched (jitter). */
export const LONGEST_FIRST_WAIT_MS = 1.5 * FIRST_WAIT_MS;

import { defaultBackoff, type Backoff } from './backoff.js';
import { CommandRunner } from './command-runner.js';
import type { Answer } from './command.js';
import type { OnEvent } from './events.js';
import type { DeviceFormat, Identity } from './formats/device-format.js';
import { nativeFormat } from './formats/native.js';
import { Handlers, type Handler } from './handlers.js';
import type { JsonValue } from './json.js';
import type { ExecutionMemory } from './memory/execution-memory.js';
import { Session, type Opening, type TlsOptions } from './session.js';

export interface DeviceOptions extends Identity {
  /** mqtt://host:port or mqtts://host:port */
  readonly url: string;
  /** What must outlive a restart: `FileMemory`, or `VolatileMemory` where there is no storage. */
  readonly memory: ExecutionMemory;
  readonly tls?: TlsOptions;
  /** Speaks MQTT 5, and the broker keeps the device's session so long; unless given, MQTT 3.1.1, where the broker decides how long. */
  readonly sessionExpirySeconds?: number;
  /** Default: native. */
  readonly format?: DeviceFormat;
  /** Default: 0.5 s, doubling up to a minute. */
  readonly backoff?: Backoff;
  /** Commands that may wait behind the one that is executed; default 100. */
  readonly mostWaiting?: number;
  /** The device's clock, ms of the Unix epoch. It must be right to a second or two: deadlines are checked by it. */
  readonly now?: () => number;
  readonly onEvent?: OnEvent;
}

/** A device that takes commands and executes each one once. Register handlers, then start. */
export class Device {
  readonly #options: DeviceOptions;
  readonly #format: DeviceFormat;
  readonly #handlers = new Handlers();
  readonly #runner: CommandRunner;
  readonly #session: Session;
  readonly #onEvent: OnEvent;
  readonly #now: () => number;

  constructor(options: DeviceOptions) {
    const { memory, format = nativeFormat, onEvent = () => {}, now = Date.now, mostWaiting = 100 } = options;
    this.#options = options;
    this.#format = format;
    this.#onEvent = onEvent;
    this.#now = now;
    this.#runner = new CommandRunner({
      memory,
      handlers: this.#handlers,
      now,
      mostWaiting,
      onEvent,
      acknowledge: (id) => this.#acknowledge(id),
      answer: (id, answer) => this.#answer(id, answer),
    });
    this.#session = new Session({
      url: options.url,
      tls: options.tls ?? {},
      sessionExpirySeconds: options.sessionExpirySeconds,
      backoff: options.backoff ?? defaultBackoff,
      topics: format.commandTopics(options),
      opening: () => this.#opening(),
      receive: (topic, payload) => this.#receive(topic, payload),
      onEvent,
    });
  }

  /** What to do with a command. @throws when there is a handler for this service and method already */
  handle(service: string, method: string, handler: Handler): this {
    this.#handlers.register(service, method, handler);
    return this;
  }

  /**
   * Opens the memory and connects. Resolves when the device is online (a broker that is not there is waited for) or has been stopped. Rejects when the
   * memory cannot be read or the broker does not let the device in.
   */
  async start(): Promise<void> {
    await this.#options.memory.open();
    try {
      await this.#runner.recover();
      await this.#session.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** What the device measures or otherwise wants to say. Resolves when the broker has it. */
  async report(body: JsonValue): Promise<void> {
    await this.#session.publish(this.#format.report(this.#options, body));
  }

  /** Lets the command under way end and its answer go out, says goodbye and disconnects. */
  async stop(): Promise<void> {
    await this.#runner.stop();
    await this.#session.stop();
    await this.#options.memory.close();
  }

  async #opening(): Promise<Opening> {
    const format = this.#format;
    const epoch = await this.#nextEpoch();
    const presence = format.presence && {
      birth: format.presence(this.#options, true, epoch),
      will: format.presence(this.#options, false, epoch),
    };
    return { epoch, login: format.login(this.#options), ...presence };
  }

  /** A memory that fails must not keep the device offline: its clock will do. */
  async #nextEpoch(): Promise<number> {
    const now = this.#now();
    return this.#options.memory.nextEpoch(now).catch((error: unknown) => {
      this.#onEvent({ kind: 'memory-failed', error });
      return now;
    });
  }

  async #receive(topic: string, payload: Buffer): Promise<void> {
    const command = this.#format.read(this.#options, topic, payload);
    if (command) await this.#runner.take(command);
    else this.#onEvent({ kind: 'unreadable', topic });
  }

  #acknowledge(id: string): void {
    const message = this.#format.acknowledgement(this.#options, id);
    // Cut off by the end of the session: the platform sends the command again and gets the answer then.
    if (message) this.#session.publish(message).catch(() => undefined);
  }

  #answer(id: string, answer: Answer): void {
    this.#session
      .publish(this.#format.answer(this.#options, id, answer))
      .then(() => this.#options.memory.markTold(id))
      // Cut off likewise: it is told at the next start, or when the command is repeated.
      .catch(() => undefined);
  }
}

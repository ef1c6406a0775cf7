import type { Logger } from '../logging/logger.js';

export interface LifecycleOptions {
  readonly logger: Logger;
  /** Time for the whole stop; then the process ends regardless. */
  readonly stopTimeoutMs: number;
}

interface StopHook {
  readonly name: string;
  readonly timeoutMs: number;
  readonly run: () => unknown;
}

/** Two slow hooks still fit into the default of 25 s for the whole stop. */
const HOOK_TIMEOUT_MS = 10_000;

/** The time of a process between start and stop, as its main function sees it. */
export class Lifecycle {
  private readonly aborter = new AbortController();
  private readonly hooks: StopHook[] = [];
  private options: LifecycleOptions;
  private stopRun: Promise<boolean> | undefined;
  private up = false;

  constructor(options: LifecycleOptions) {
    this.options = options;
  }

  /** Whether the main function has returned: before that the process serves nothing, whatever its health checks say. */
  get started(): boolean {
    return this.up;
  }

  /** Told by `runMain`. */
  hasStarted(): void {
    this.up = true;
  }

  /** Aborted first of all when the process begins to stop. Readiness and every waiting loop hang on it. */
  get stopping(): AbortSignal {
    return this.aborter.signal;
  }

  get logger(): Logger {
    return this.options.logger;
  }

  get stopTimeoutMs(): number {
    return this.options.stopTimeoutMs;
  }

  /** To be called once the configuration is known: which logger tells of the stop, and how long that may take. */
  configure(options: Partial<LifecycleOptions>): void {
    this.options = { ...this.options, ...options };
  }

  /**
   * Says how to close what was just opened. Hooks run in reverse order of registration, one after the other; one that fails or
   * takes longer than `timeoutMs` (10 s) is logged and does not keep the next from running. A hook registered while
   * the process stops runs too.
   */
  onStop(name: string, run: () => unknown, options: { timeoutMs?: number } = {}): void {
    this.hooks.push({ name, run, timeoutMs: options.timeoutMs ?? HOOK_TIMEOUT_MS });
  }

  /** Stops in order, once, however often it is called; `runMain` calls it and then ends the process. @returns whether every hook ended well and in time. */
  stop(reason: string): Promise<boolean> {
    this.stopRun ??= this.runHooks(reason);
    return this.stopRun;
  }

  private async runHooks(reason: string): Promise<boolean> {
    this.logger.info({ reason }, 'stopping');
    this.aborter.abort(new Error(`stopping: ${reason}`));
    let clean = true;
    for (let hook = this.hooks.pop(); hook; hook = this.hooks.pop()) {
      clean = (await this.runHook(hook)) && clean;
    }
    return clean;
  }

  private async runHook(hook: StopHook): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not stopped within ${hook.timeoutMs} ms`)), hook.timeoutMs);
    });
    try {
      await Promise.race([Promise.resolve().then(hook.run), late]);
      this.logger.debug({ hook: hook.name }, 'stopped');
      return true;
    } catch (error) {
      this.logger.error({ err: error, hook: hook.name }, 'could not stop in order');
      return false;
    } finally {
      clearTimeout(timer);
    }
  }
}

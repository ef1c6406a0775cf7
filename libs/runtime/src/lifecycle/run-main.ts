import { ConfigError } from '../config/config-error.js';
import { isError } from '../logging/describe-error.js';
import { createLogger, type Logger } from '../logging/logger.js';
import { Lifecycle } from './lifecycle.js';

/** The part of `process` that running and stopping needs. */
export interface ProcessPort {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  exit(code: number): void;
  readonly stdout: { on(event: 'error', listener: (error: Error) => void): unknown };
  readonly stderr: { write(text: string): unknown };
}

export interface RunMainOptions {
  /** Used until `lifecycle.configure({ logger })`; by default JSON from level warn. */
  readonly logger?: Logger;
  /** Time for the whole stop until `lifecycle.configure({ stopTimeoutMs })`: 25 s, below the 30 s after which Kubernetes kills. */
  readonly stopTimeoutMs?: number;
  readonly process?: ProcessPort;
}

/** Exit codes: sysexits(3) EX_CONFIG for a wrong configuration, 128 + SIGINT for an impatient second signal. */
const EXIT = { stopped: 0, failed: 1, config: 78, interrupted: 130 } as const;

/**
 * Under `npm start` one Ctrl-C arrives twice: from the terminal, which signals the whole process group, and from npm, which passes on
 * what it got. Nobody presses it twice in this time.
 */
const ECHO_MS = 300;

/**
 * Runs the main function of a process and ends the process in order.
 *
 * `main` opens things, registers with `lifecycle.onStop` how to close each, and returns when the process is up. SIGTERM or SIGINT
 * stops in order: `lifecycle.stopping` aborts, `main` is awaited if it is still starting, then the hooks run. Exit code 0 when all
 * ended well, 1 when a hook failed or the time was up, 130 at once on a second signal. A ConfigError is printed on stderr, one line per
 * variable, exit code 78. Any other error of `main`, an uncaught exception or an unhandled rejection is logged as fatal, the
 * process stops in order, exit code 1.
 */
export function runMain(main: (lifecycle: Lifecycle) => Promise<unknown>, options: RunMainOptions = {}): void {
  new MainRun(options).run(main);
}

class MainRun {
  private readonly process: ProcessPort;
  private readonly lifecycle: Lifecycle;
  private exitCode: number = EXIT.stopped;
  private ending = false;
  private firstSignal: { name: string; at: number } | undefined;

  constructor(options: RunMainOptions) {
    this.process = options.process ?? (process as ProcessPort);
    this.lifecycle = new Lifecycle({
      logger: options.logger ?? createLogger({ service: 'downlink', level: 'warn' }),
      stopTimeoutMs: options.stopTimeoutMs ?? 25_000,
    });
  }

  run(main: (lifecycle: Lifecycle) => Promise<unknown>): void {
    for (const signal of ['SIGTERM', 'SIGINT']) this.process.on(signal, () => this.onSignal(signal));
    this.process.on('uncaughtException', (error) => this.crash(error, 'uncaught exception'));
    this.process.on('unhandledRejection', (error) => this.crash(error, 'unhandled rejection'));
    // Whoever read our output is gone. Telling it so would fail the same way, for ever.
    this.process.stdout.on('error', (error) => {
      if (!isBrokenPipe(error)) this.crash(error, 'standard output failed');
    });
    const started = Promise.resolve()
      .then(() => main(this.lifecycle))
      .then(() => this.lifecycle.hasStarted())
      .catch((error: unknown) => this.onMainFailed(error));
    this.lifecycle.stopping.addEventListener('abort', () => this.lifecycle.onStop('start', () => started));
  }

  private onSignal(signal: string): void {
    const first = this.firstSignal;
    this.firstSignal ??= { name: signal, at: Date.now() };
    if (!first) return this.end(signal, EXIT.stopped);
    if (signal === first.name && Date.now() - first.at < ECHO_MS) return;
    this.lifecycle.logger.warn({ signal }, 'second signal: ending at once');
    this.process.exit(EXIT.interrupted);
  }

  private onMainFailed(error: unknown): void {
    // Whatever a start that was told to stop rejects with is the stop itself (an AbortError, a closed connection).
    if (this.ending) return this.lifecycle.logger.debug({ err: error }, 'the start was given up');
    if (!(error instanceof ConfigError)) return this.crash(error, 'could not start');
    for (const { variable, problem } of error.problems) {
      this.process.stderr.write(`configuration: ${variable}: ${problem}\n`);
    }
    this.end('wrong configuration', EXIT.config);
  }

  private crash(error: unknown, what: string): void {
    this.lifecycle.logger.fatal({ err: error }, what);
    this.exitCode = EXIT.failed;
    this.end(what, EXIT.failed);
  }

  private end(reason: string, code: number): void {
    if (this.ending) return;
    this.ending = true;
    this.exitCode = code;
    const { logger, stopTimeoutMs } = this.lifecycle;
    const timer = setTimeout(() => {
      logger.fatal({ stopTimeoutMs }, 'the stop took too long: ending regardless');
      this.process.exit(this.exitCode || EXIT.failed);
    }, stopTimeoutMs);
    void this.stopAndExit(reason, timer);
  }

  private async stopAndExit(reason: string, deadline: NodeJS.Timeout): Promise<void> {
    const clean = await this.lifecycle.stop(reason);
    clearTimeout(deadline);
    this.process.exit(this.exitCode || (clean ? EXIT.stopped : EXIT.failed));
  }
}

function isBrokenPipe(error: unknown): boolean {
  return isError(error) && (error as NodeJS.ErrnoException).code === 'EPIPE';
}

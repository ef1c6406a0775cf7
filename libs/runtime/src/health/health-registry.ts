import { errorLine } from '../logging/describe-error.js';
import { redactText } from '../logging/redaction.js';

/** What a check says of one thing that the process needs. */
export interface Health {
  readonly ok: boolean;
  /** What an operator should know: why not, or how well. No secret. */
  readonly detail?: string;
}

export interface Readiness {
  readonly ready: boolean;
  readonly stopping: boolean;
  readonly checks: Readonly<Record<string, Health>>;
}

export interface HealthOptions {
  /** Aborted when the process begins to stop: readiness goes off before anything is closed. */
  readonly stopping?: AbortSignal;
  /** A check that has not answered by then counts as failed; 2 s. A probe must wait longer than this to learn which one it was. */
  readonly checkTimeoutMs?: number;
}

/** The named checks that decide whether this process should be given work. */
export class HealthRegistry {
  private readonly checks = new Map<string, () => Promise<Health>>();

  constructor(private readonly options: HealthOptions = {}) {}

  /** @throws Error when the name is taken: one check would hide the other. */
  register(name: string, check: () => Promise<Health>): void {
    if (this.checks.has(name)) throw new Error(`health check ${name} is registered twice`);
    this.checks.set(name, check);
  }

  /** Runs all checks at once. Never rejects: a check that throws or takes too long is a check that is not ok. */
  async readiness(): Promise<Readiness> {
    const results = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await this.run(check)] as const),
    );
    const stopping = this.options.stopping?.aborted ?? false;
    return {
      ready: !stopping && results.every(([, health]) => health.ok),
      stopping,
      checks: Object.fromEntries(results),
    };
  }

  private async run(check: () => Promise<Health>): Promise<Health> {
    const timeoutMs = this.options.checkTimeoutMs ?? 2000;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Health>((resolve) => {
      timer = setTimeout(() => resolve({ ok: false, detail: `no answer within ${timeoutMs} ms` }), timeoutMs);
    });
    try {
      return await Promise.race([check(), late]);
    } catch (error) {
      return { ok: false, detail: redactText(errorLine(error)) };
    } finally {
      clearTimeout(timer);
    }
  }
}

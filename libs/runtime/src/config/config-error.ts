/** One environment variable that keeps the process from starting. */
export interface ConfigProblem {
  readonly variable: string;
  /** What was expected and what was found instead; holds no secret. */
  readonly problem: string;
}

/**
 * The environment does not fit the schema. Carries every wrong variable at once, so that one start shows all that is to be
 * mended. Its message is one line per variable and is safe to print.
 */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID';
  readonly retryable = false;

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(problems.map(({ variable, problem }) => `${variable}: ${problem}`).join('\n'));
    this.name = 'ConfigError';
  }
}

import { z } from 'zod';
import { ConfigError, type ConfigProblem } from './config-error.js';

/** The environment as a process sees it. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadConfigOptions {
  /** Variables with our own prefix that this process does not read but a sibling does, so that one env file can serve all. */
  readonly alsoKnown?: readonly string[];
}

const OWN_PREFIX = 'DOWNLINK_';
/** Spoken by the test runner to its specs; the processes that those start inherit it. */
const TEST_PREFIX = 'DOWNLINK_TEST_';
const SECRET_NAME = /SECRET|KEY|PASSWORD|PASSPHRASE|TOKEN|CREDENTIAL/i;
/** Userinfo of a URL, or a password inside a query or a connection string. */
const SECRET_VALUE = /@|password|secret|token/i;

/**
 * Reads the environment by a schema whose keys are the names of environment variables.
 *
 * @returns a frozen object of the schema's output type. An empty variable counts as missing, because that is what
 *   `NAME=${NAME:-}` in a compose file gives.
 * @throws ConfigError naming every wrong or missing variable and every unknown one that begins with DOWNLINK_ (a typing
 *   mistake otherwise goes unnoticed for months). Values that may be secret are never in it.
 */
export function loadConfig<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  env: Environment = process.env,
  options: LoadConfigOptions = {},
): Readonly<z.output<z.ZodObject<Shape>>> {
  const names = Object.keys(schema.shape);
  const given = Object.fromEntries(names.filter((name) => env[name]?.trim()).map((name) => [name, env[name]]));
  const parsed = schema.safeParse(given);
  const problems = unknownVariables(env, new Set([...names, ...(options.alsoKnown ?? [])]));
  if (!parsed.success) problems.unshift(...parsed.error.issues.map((issue) => problemOf(issue, given)));
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(parsed.data);
}

function unknownVariables(env: Environment, known: ReadonlySet<string>): ConfigProblem[] {
  const ours = [...known].filter((name) => name.startsWith(OWN_PREFIX)).sort();
  const problem = `is not a setting of this process; those with this prefix are: ${ours.join(', ') || 'none'}`;
  return Object.keys(env)
    .filter((name) => name.startsWith(OWN_PREFIX) && !name.startsWith(TEST_PREFIX) && !known.has(name))
    .map((variable) => ({ variable, problem }));
}

function problemOf(issue: z.core.$ZodIssue, given: Environment): ConfigProblem {
  const variable = String(issue.path[0] ?? 'configuration');
  return { variable, problem: `${issue.message}${found(variable, issue, given)}` };
}

/** A rule over several variables (a refinement) has no single value to show. */
function found(variable: string, issue: z.core.$ZodIssue, given: Environment): string {
  if (issue.path.length === 0) return '';
  const value = given[variable];
  if (value === undefined) return ', but it is not set';
  if (SECRET_NAME.test(variable) || SECRET_VALUE.test(value)) return ', but it is something else (not shown)';
  return `, but it is ${JSON.stringify(value)}`;
}

import { CommandFailed, type Answer, type Command } from './command.js';
import type { JsonValue } from './json.js';

/**
 * Does what a command asks for. What it returns is the result of the success (nothing: no result); whatever it throws is a failure,
 * a `CommandFailed` with its own code.
 */
export type Handler = (parameters: Command['parameters'], command: Command) => unknown;

/** Codes of failures that no handler has chosen. */
export const failureCodes = {
  /** Nobody has registered for this service and method. */
  unhandled: 'unhandled',
  /** The handler threw something else than a `CommandFailed`, or returned what is no JSON. */
  broken: 'handler-failed',
  /** What the handler returned is more than an answer may carry. */
  tooLarge: 'result-too-large',
  /** The device went down while it executed the command; nobody knows how far it came. */
  interrupted: 'interrupted',
} as const;

/** The platform takes payloads of 64 KiB; some of it is the envelope. */
const LARGEST_RESULT = 60_000;
const LONGEST_CODE = 128;

export class Handlers {
  readonly #byName = new Map<string, Handler>();

  /** @throws when there is a handler for it already */
  register(service: string, method: string, handler: Handler): void {
    const name = nameOf(service, method);
    if (this.#byName.has(name)) throw new Error(`there is a handler for ${service}/${method} already`);
    this.#byName.set(name, handler);
  }

  /** Runs the handler. Rejects never. `onBroken` is told of what a handler threw that was not meant to be an answer. */
  async run(command: Command, onBroken: (error: unknown) => void): Promise<Answer> {
    const handler = this.#byName.get(nameOf(command.service, command.method));
    if (handler === undefined) return { outcome: 'failed', code: failureCodes.unhandled };
    try {
      return answerOf('succeeded', jsonOf(await handler(command.parameters, command)));
    } catch (error) {
      if (error instanceof CommandFailed) return failureOf(error);
      onBroken(error);
      return { outcome: 'failed', code: failureCodes.broken };
    }
  }
}

function failureOf({ code, result }: CommandFailed): Answer {
  return { ...answerOf('failed', result), code: code.slice(0, LONGEST_CODE) };
}

function answerOf(outcome: Answer['outcome'], result: JsonValue | undefined): Answer {
  if (result === undefined) return { outcome };
  const tooLarge = Buffer.byteLength(JSON.stringify(result)) > LARGEST_RESULT;
  return tooLarge ? { outcome: 'failed', code: failureCodes.tooLarge } : { outcome, result };
}

/** As it will be on the wire. @throws when it is no JSON */
function jsonOf(value: unknown): JsonValue | undefined {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : (JSON.parse(text) as JsonValue);
}

const nameOf = (service: string, method: string): string => JSON.stringify([service, method]);

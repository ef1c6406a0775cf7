import type { ContractAnswer } from '@downlink/northbound-kit/contracts';
import { z } from 'zod';
import { NATIVE_CONTROLLERS } from '../native.module.js';
import { buildDocument, type OpenApiOperation } from '../openapi/build-document.js';

const document = buildDocument(NATIVE_CONTROLLERS);
const validators = new Map<object, z.ZodType>();
const seen = new Set<string>();

/** Every documented answer that has been seen so far in this spec file, as `get /v1/commands 200`. */
export function seenAnswers(): ReadonlySet<string> {
  return seen;
}

/** Every answer that the document tells of, spelled the same way. */
export function toldAnswers(): string[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { responses }]) =>
      Object.keys(responses).map((status) => `${method} ${path} ${status}`),
    ),
  );
}

/**
 * Throws unless the document tells of this answer: its status, its content type and, by the served JSON Schema itself, its body.
 * Paths that are not served are passed over, when that is what was answered.
 */
export function expectDocumented(method: string, url: string, answer: ContractAnswer): void {
  const found = operationAt(method.toLowerCase(), url.split('?', 1)[0]!);
  if (found === undefined) {
    if (answer.status === 404) return;
    throw new Error(`${method} ${url} is answered with ${String(answer.status)} and documented nowhere`);
  }
  const name = `${method.toLowerCase()} ${found.path} ${String(answer.status)}`;
  const response = found.operation.responses[String(answer.status)];
  if (response === undefined) throw new Error(`${name} is not documented: ${answer.body}`);
  seen.add(name);
  const content = response.content?.[answer.contentType.split(';', 1)[0]!];
  if (content === undefined) {
    if (response.content === undefined && answer.body === '') return;
    throw new Error(`${name} is documented with another content type than ${answer.contentType}`);
  }
  if (answer.contentType.startsWith('text/')) return;
  const checked = validatorOf(content.schema).safeParse(JSON.parse(answer.body));
  if (!checked.success) throw new Error(`${name} is not as documented: ${checked.error.message}\n${answer.body}`);
}

function operationAt(method: string, path: string): { path: string; operation: OpenApiOperation } | undefined {
  const parts = path.split('/');
  const fits = (template: string) => {
    const wanted = template.split('/');
    return wanted.length === parts.length && wanted.every((part, at) => part.startsWith('{') || part === parts[at]);
  };
  const templates = Object.keys(document.paths).filter((template) => fits(template));
  // What is spelled out goes before what is a parameter.
  const template = templates.sort((one, other) => one.split('{').length - other.split('{').length)[0];
  const operation = template === undefined ? undefined : document.paths[template]![method];
  return operation && { path: template!, operation };
}

function validatorOf(schema: object): z.ZodType {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas });
  const made = z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')));
  validators.set(schema, made);
  return made;
}

import type { Type } from '@nestjs/common';
import { problemBody, PROBLEMS, type ProblemCode } from '../errors/problem.js';
import { modelAnswer } from '../wire/registry-view.js';
import type { DocumentedAnswer, RouteDocumentation } from './documented.decorator.js';
import { JsonSchemas, type JsonSchema } from './json-schemas.js';
import { routesOf, type DocumentedRoute } from './routes-of.js';

const PROBLEM = 'application/problem+json';
/** The version of this API, which its paths carry too. */
const VERSION = '1';

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly object[];
  readonly parameters: readonly JsonSchema[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, OpenApiResponse>>;
}

export interface OpenApiResponse {
  readonly description: string;
  readonly headers?: object;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: object;
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>>; readonly securitySchemes: object };
}

/** The OpenAPI 3.1 document of these controllers, made of the schemas that they read requests by and answer with. */
export function buildDocument(controllers: readonly Type[]): OpenApiDocument {
  const schemas = new JsonSchemas();
  // What is first told under a name stays: a model is told as it is taken, because what reading makes of it has no JSON Schema.
  schemas.of(modelAnswer, 'input', 'ProductModel');
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const route of routesOf(controllers)) {
    (paths[route.path] ??= {})[route.method] = operationOf(route, schemas);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Downlink', version: VERSION, description: 'Commands to devices, and everything about them' },
    paths,
    components: { schemas: schemas.usedBy(paths), securitySchemes: SECURITY_SCHEMES },
  };
}

const SECURITY_SCHEMES = {
  adminKey: { type: 'http', scheme: 'bearer', description: "The administrator's key" },
  applicationKey: { type: 'http', scheme: 'bearer', description: "An application's key" },
};
const SECURITY = {
  admin: [{ adminKey: [] }],
  application: [{ applicationKey: [] }],
  either: [{ adminKey: [] }, { applicationKey: [] }],
  none: [],
} as const;

function operationOf(route: DocumentedRoute, schemas: JsonSchemas): OpenApiOperation {
  const { documentation, operationId, method } = route;
  const { summary, key, body, bodyAlsoAs, bodyOptional } = documentation;
  const schema = body && schemas.of(body, 'input', `${operationId}.body`);
  return {
    operationId,
    summary,
    security: SECURITY[key],
    parameters: [...pathParameters(route), ...queryParameters(route, schemas), ...headerParameters(route)],
    ...(schema && {
      requestBody: {
        required: !bodyOptional,
        content: { 'application/json': { schema }, ...(bodyAlsoAs && { [bodyAlsoAs]: { schema } }) },
      },
    }),
    responses: {
      ...answersOf(route, schemas),
      ...(isTagged(method, documentation) && { 304: { description: 'What the caller has is still so' } }),
      ...problemsOf(problemCodesOf(route), schemas),
    },
  };
}

function pathParameters({ path }: DocumentedRoute): JsonSchema[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters({ documentation: { query }, operationId }: DocumentedRoute, schemas: JsonSchemas) {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = schemas.of(query, 'input', `${operationId}.query`) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

function headerParameters({ method, documentation }: DocumentedRoute): JsonSchema[] {
  const held = { name: 'If-None-Match', description: 'The entity tag of what the caller has' };
  const headers = [...(documentation.headers ?? []), ...(isTagged(method, documentation) ? [held] : [])];
  return headers.map((header) => ({ ...header, in: 'header', required: false, schema: { type: 'string' } }));
}

/** What is read as JSON has an entity tag; see `answer`. */
function isTagged(method: string, { answers }: RouteDocumentation): boolean {
  const read = answers[200];
  return method === 'get' && read !== undefined && read.contentType === undefined;
}

function answersOf({ method, operationId, documentation }: DocumentedRoute, schemas: JsonSchemas) {
  const tag = { ETag: { description: 'Of these bytes', schema: { type: 'string' } } };
  const response = (status: string, answer: DocumentedAnswer): OpenApiResponse => ({
    description: answer.description,
    ...(status === '200' && isTagged(method, documentation) && { headers: tag }),
    ...(answer.schema && {
      content: {
        [answer.contentType ?? 'application/json']: {
          schema: schemas.of(answer.schema, 'output', `${operationId}.${status}`),
        },
      },
    }),
  });
  const entries = Object.entries(documentation.answers);
  return Object.fromEntries(entries.map(([status, answer]) => [status, response(status, answer)]));
}

/** What can go wrong with any request, and what follows from who may call a route and from what it takes. */
function problemCodesOf({ method, documentation }: DocumentedRoute): ProblemCode[] {
  const { key, query, body, headers, problems = [] } = documentation;
  const keyed: ProblemCode[] = ['unauthenticated', 'too-many-attempts', 'quota-exceeded'];
  const isChecked = query !== undefined || body !== undefined || headers !== undefined;
  const takesApplication = query !== undefined && 'application' in query.shape;
  return [
    'malformed',
    'internal',
    'unavailable',
    ...(method === 'get' ? [] : (['too-large', 'unsupported-media-type'] as const)),
    ...(key === 'none' ? [] : keyed),
    ...(key === 'admin' || key === 'application' || takesApplication ? (['forbidden'] as const) : []),
    ...(isChecked ? (['validation-failed'] as const) : []),
    ...problems,
  ];
}

function problemsOf(codes: readonly ProblemCode[], schemas: JsonSchemas): Record<string, OpenApiResponse> {
  const statuses = new Map<number, Set<ProblemCode>>();
  for (const code of codes) {
    const { status } = PROBLEMS[code];
    statuses.set(status, (statuses.get(status) ?? new Set()).add(code));
  }
  const whole = schemas.of(problemBody, 'output', 'problem');
  return Object.fromEntries(
    [...statuses].map(([status, of]) => {
      const schema = { allOf: [whole, { properties: { code: { enum: [...of] }, status: { const: status } } }] };
      return [String(status), { description: describe(of), content: { [PROBLEM]: { schema } } }];
    }),
  );
}

function describe(codes: ReadonlySet<ProblemCode>): string {
  return [...codes].map((code) => `${code}: ${PROBLEMS[code].title}`).join('; ');
}

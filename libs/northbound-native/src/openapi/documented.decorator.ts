import type { z } from 'zod';
import type { ProblemCode } from '../errors/problem.js';

/** Who may call a route: the administrator's key, an application's, either of them, or nobody need show one. */
export type KeyWanted = 'admin' | 'application' | 'either' | 'none';

/** One answer that is no problem. Without a schema it has no body. */
export interface DocumentedAnswer {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Beside the schema, of the whole body: a stream of them. `application/json` unless given. */
  readonly contentType?: string;
}

/** A header that the route reads, or gives; its name and what it is for. */
export interface DocumentedHeader {
  readonly name: string;
  readonly description: string;
}

/** What the OpenAPI document says of a route. The schemas are those that the route itself reads and answers with. */
export interface RouteDocumentation {
  /** One line. */
  readonly summary: string;
  readonly key: KeyWanted;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The body may as well come as this. */
  readonly bodyAlsoAs?: 'application/yaml';
  /** A body that may be left out. */
  readonly bodyOptional?: true;
  readonly headers?: readonly DocumentedHeader[];
  readonly answers: Readonly<Record<number, DocumentedAnswer>>;
  /** Beside those that follow from what the route takes and who may call it. */
  readonly problems?: readonly ProblemCode[];
}

const DOCUMENTATION = new WeakMap<object, RouteDocumentation>();

/** Says of a controller's method what the OpenAPI document tells of its route. */
export function Documented(documentation: RouteDocumentation): MethodDecorator {
  return (_target, _name, { value }: PropertyDescriptor) => {
    DOCUMENTATION.set(value as object, documentation);
  };
}

/** What was said of a controller's method; undefined when nothing was. */
export function documentationOf(method: object): RouteDocumentation | undefined {
  return DOCUMENTATION.get(method);
}

import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { documentationOf, type RouteDocumentation } from './documented.decorator.js';

/** A route as it is registered, with what was said of it. */
export interface DocumentedRoute {
  /** Lower case, as in OpenAPI. */
  readonly method: string;
  /** With parameters in braces: `/v1/commands/{id}`. */
  readonly path: string;
  /** `commands_list`: the controller's and the method's name. */
  readonly operationId: string;
  readonly documentation: RouteDocumentation;
}

/** The routes of these controllers, by Nest's own metadata. @throws TypeError for one of which nothing is said */
export function routesOf(controllers: readonly Type[]): DocumentedRoute[] {
  return controllers.flatMap((controller) => {
    const base = Reflect.getMetadata(PATH_METADATA, controller) as string;
    const prototype = controller.prototype as Record<string, object>;
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const handler = prototype[name]!;
      const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
      if (method === undefined) return [];
      const documentation = documentationOf(handler);
      const operationId = `${controller.name.replace(/Controller$/, '')}_${name}`;
      if (documentation === undefined) throw new TypeError(`nothing is documented of ${operationId}`);
      const path = pathOf(base, Reflect.getMetadata(PATH_METADATA, handler) as string);
      return [{ method: RequestMethod[method].toLowerCase(), path, operationId, documentation }];
    });
  });
}

function pathOf(...parts: readonly string[]): string {
  const whole = parts.map((part) => part.replace(/^\/|\/$/g, '')).filter((part) => part !== '');
  return `/${whole.join('/')}`.replace(/:(\w+)/g, '{$1}');
}

import { Catch, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';
import { FACTS, type FactBatch } from './fact-batch.js';

/** Nest replaces an error by `{ status, message: 'Internal server error' }`; the bus must see whether it is retryable. */
@Catch()
class KeepErrors implements RpcExceptionFilter<unknown> {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/** What says that a handler was registered by `OnFacts`. */
export const KEEPS_ERRORS = 'keepsErrors';

/**
 * Marks a controller's method as the handler of facts: `@OnFacts() handle(batch: FactBatch): Promise<void>`. It is
 * `@EventPattern(FACTS)` with a filter that lets errors through as they are. The records count as handled when the promise
 * has resolved. A rejection makes the bus call again; see the room's README.
 */
export function OnFacts(): FactHandlerDecorator {
  return (target, name, descriptor) => {
    EventPattern<{ [FACTS]: FactBatch }>(FACTS, { [KEEPS_ERRORS]: true })(target, name, descriptor);
    UseFilters(new KeepErrors())(target, name, descriptor);
  };
}

type FactHandlerDecorator = (
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<(batch: FactBatch) => Promise<void>>,
) => void;

import { BaseRpcContext, Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { FACTS, type FactBatch } from './fact-batch.js';
import { KEEPS_ERRORS } from './on-facts.decorator.js';

/** What both transports share: one handler of batches, registered by `@OnFacts()`. */
export abstract class FactServer extends Server implements CustomTransportStrategy {
  /** Errors reach the bus, which reports them; Nest need not. */
  override readonly propagatesEventHandlerErrors = true;

  abstract override listen(callback: (error?: unknown) => void): void;
  abstract override close(): Promise<void>;

  override addHandler(
    pattern: unknown,
    callback: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    if (pattern !== FACTS || !isEventHandler || extras[KEEPS_ERRORS] !== true) {
      throw new TypeError(`the bus takes handlers marked @OnFacts() only, not one for ${JSON.stringify(pattern)}`);
    }
    super.addHandler(pattern, callback, isEventHandler, extras);
  }

  override on(): never {
    throw new TypeError('the bus emits no events; see `status`');
  }

  override unwrap<T>(): T {
    throw new TypeError('the bus does not hand out its client');
  }

  /** Calls the application's handler and waits for all of it. */
  protected async handle(batch: FactBatch): Promise<void> {
    const handler = this.messageHandlers.get(FACTS);
    if (handler === undefined) throw new TypeError('no controller has a method marked @OnFacts()');
    const result: unknown = await handler(batch, new BaseRpcContext([]));
    if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
  }

  protected requireHandler(): void {
    if (!this.messageHandlers.has(FACTS)) throw new TypeError('no controller has a method marked @OnFacts()');
  }
}

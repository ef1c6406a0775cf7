import type { Server } from '@nestjs/microservices';
import type { FactBatch } from '../fact-batch.js';
import { KEEPS_ERRORS } from '../on-facts.decorator.js';
import { FACTS } from '../fact-batch.js';

/** Gives a transport its handler and starts it, without an application around it. */
export async function startMember<S extends Server>(
  server: S,
  handle: (batch: FactBatch) => Promise<void> | void,
): Promise<S> {
  server.addHandler(FACTS, async (batch: FactBatch) => handle(batch), true, { [KEEPS_ERRORS]: true });
  await new Promise<void>((resolve, reject) => {
    server.listen((error?: unknown) => (error === undefined ? resolve() : reject(error)));
  });
  return server;
}

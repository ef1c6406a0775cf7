import { NestLogger } from '@downlink/runtime';
import { NestFactory } from '@nestjs/core';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { NotifierModule } from './app.module.js';
import type { NotifierPorts } from './notifier.service.js';

export interface NotifierParts extends NotifierPorts {
  /** Where facts come from: a member of the group `notifier`. */
  readonly facts: CustomTransportStrategy;
}

/** Starts to consume and to post; returns how to stop. Neither the store nor the bus needs to be there yet. */
export async function startNotifier({ facts, ...ports }: NotifierParts): Promise<{ stop(): Promise<void> }> {
  const app = await NestFactory.createMicroservice(NotifierModule.register(ports), {
    strategy: facts,
    logger: new NestLogger(ports.logger),
  });
  await app.listen();
  return { stop: () => app.close() };
}

import { NestLogger } from '@downlink/runtime';
import { NestFactory } from '@nestjs/core';
import { SchedulerModule } from './app.module.js';
import type { SchedulerPorts } from './scheduler.service.js';

/** Starts all loops; returns how to stop them. Neither the store nor the bus needs to be there yet. */
export async function startScheduler(ports: SchedulerPorts): Promise<{ stop(): Promise<void> }> {
  const app = await NestFactory.createApplicationContext(SchedulerModule.register(ports), {
    logger: new NestLogger(ports.logger),
  });
  return { stop: () => app.close() };
}

import { Module, type DynamicModule } from '@nestjs/common';
import { Scheduler, type SchedulerPorts } from './scheduler.service.js';

/** The scheduler, on whatever store and bus its host has. */
@Module({})
export class SchedulerModule {
  static register(ports: SchedulerPorts): DynamicModule {
    return {
      module: SchedulerModule,
      providers: [{ provide: Scheduler, useFactory: () => new Scheduler(ports) }],
    };
  }
}

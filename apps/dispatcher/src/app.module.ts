import { Module, type DynamicModule } from '@nestjs/common';
import { AttemptDispatcher } from '@downlink/southbound-mqtt';
import { DispatcherMetrics } from './dispatcher.metrics.js';
import { FactsController } from './facts.controller.js';

/** The consuming half of the dispatcher, on whatever bus its host listens to. */
@Module({})
export class DispatcherModule {
  static register(parts: { dispatcher: AttemptDispatcher; metrics: DispatcherMetrics }): DynamicModule {
    return {
      module: DispatcherModule,
      controllers: [FactsController],
      providers: [
        { provide: AttemptDispatcher, useValue: parts.dispatcher },
        { provide: DispatcherMetrics, useValue: parts.metrics },
      ],
    };
  }
}

import { Module, type DynamicModule } from '@nestjs/common';
import { FactIntake } from './fact-intake.js';
import { FactsController } from './facts.controller.js';
import { Notifier, type NotifierPorts } from './notifier.service.js';

/** The notifier, on whatever bus and store its host has. */
@Module({})
export class NotifierModule {
  static register(ports: NotifierPorts): DynamicModule {
    return {
      module: NotifierModule,
      controllers: [FactsController],
      providers: [
        { provide: Notifier, useFactory: () => new Notifier(ports) },
        {
          provide: FactIntake,
          inject: [Notifier],
          useFactory: ({ runner, metrics }: Notifier) =>
            new FactIntake(ports.deliveries, ports.reader, runner, metrics),
        },
      ],
    };
  }
}

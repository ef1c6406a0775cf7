import { Module, type DynamicModule } from '@nestjs/common';
import { callbackFormats } from './callback-formats.js';
import { FactIntake } from './fact-intake.js';
import { FactTelling } from './fact-telling.js';
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
          useFactory: ({ runner, metrics: observer }: Notifier) => intakeOf(ports, { runner, observer }),
        },
      ],
    };
  }
}

function intakeOf(
  { deliveries, reader, subscriptions, settings }: NotifierPorts,
  { runner, observer }: Pick<Notifier, 'runner'> & { observer: Notifier['metrics'] },
): FactIntake {
  const formats = callbackFormats(settings?.huaweiCallbacks);
  const onUnknownFormat = (format: string): void => observer.unknownFormat(format);
  const telling = new FactTelling({ formats, subscriptions, onUnknownFormat });
  return new FactIntake({ deliveries, reader, runner, telling, observer });
}

import { Module, type DynamicModule } from '@nestjs/common';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { NativeAuthentication } from './authentication.js';
import { ApplicationsController } from './routes/applications.controller.js';
import { BatchController } from './routes/batch.controller.js';
import { CancelTasksController } from './routes/cancel-tasks.controller.js';
import { CommandInspectionController } from './routes/command-inspection.controller.js';
import { CommandsController } from './routes/commands.controller.js';
import { DeadLettersController } from './routes/dead-letters.controller.js';
import { DevicesController } from './routes/devices.controller.js';
import { ProductsController } from './routes/products.controller.js';
import { ProvisionController } from './routes/provision.controller.js';
import { StrayAnswersController } from './routes/stray-answers.controller.js';
import { nativeSettings, type NativeOptions } from './settings.js';
import { NATIVE_PORTS, NATIVE_SETTINGS } from './tokens.js';

/** Downlink's own API as a Nest module, for any application that has the ports. Singletons only. */
@Module({})
export class NativeModule {
  static forRoot(ports: NorthboundPorts, options: NativeOptions): DynamicModule {
    const settings = nativeSettings(options);
    return {
      module: NativeModule,
      controllers: [
        BatchController,
        CommandsController,
        CommandInspectionController,
        CancelTasksController,
        DeadLettersController,
        DevicesController,
        ProductsController,
        ApplicationsController,
        ProvisionController,
        StrayAnswersController,
      ],
      providers: [
        { provide: NATIVE_PORTS, useValue: ports },
        { provide: NATIVE_SETTINGS, useValue: settings },
        { provide: NativeAuthentication, useValue: new NativeAuthentication(ports, settings.adminKey) },
      ],
    };
  }
}

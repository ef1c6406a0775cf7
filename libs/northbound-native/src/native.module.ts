import { Module, type DynamicModule } from '@nestjs/common';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { NativeAuthentication } from './authentication.js';
import { StreamRoom } from './following/stream-room.js';
import { buildDocument } from './openapi/build-document.js';
import { ApplicationsController } from './routes/applications.controller.js';
import { BatchController } from './routes/batch.controller.js';
import { CancelTasksController } from './routes/cancel-tasks.controller.js';
import { CommandInspectionController } from './routes/command-inspection.controller.js';
import { CommandsController } from './routes/commands.controller.js';
import { DeadLettersController } from './routes/dead-letters.controller.js';
import { DevicesController } from './routes/devices.controller.js';
import { EventStreamsController } from './routes/event-streams.controller.js';
import { OpenApiController } from './routes/openapi.controller.js';
import { ProductsController } from './routes/products.controller.js';
import { ProvisionController } from './routes/provision.controller.js';
import { StrayAnswersController } from './routes/stray-answers.controller.js';
import { nativeSettings, type NativeOptions } from './settings.js';
import { NATIVE_OPENAPI, NATIVE_PORTS, NATIVE_SETTINGS } from './tokens.js';

/** Every route of this API stands in one of these. */
export const NATIVE_CONTROLLERS = [
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
  EventStreamsController,
  OpenApiController,
] as const;

/** Downlink's own API as a Nest module, for any application that has the ports. Singletons only. */
@Module({})
export class NativeModule {
  static forRoot(ports: NorthboundPorts, options: NativeOptions): DynamicModule {
    const settings = nativeSettings(options);
    return {
      module: NativeModule,
      controllers: [...NATIVE_CONTROLLERS],
      providers: [
        { provide: NATIVE_PORTS, useValue: ports },
        { provide: NATIVE_SETTINGS, useValue: settings },
        { provide: StreamRoom, useValue: new StreamRoom(ports.finalEvents, settings.following) },
        { provide: NATIVE_OPENAPI, useValue: buildDocument(NATIVE_CONTROLLERS) },
        { provide: NativeAuthentication, useValue: new NativeAuthentication(ports, settings.adminKey) },
      ],
    };
  }
}

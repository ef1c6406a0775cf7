import { Module, type DynamicModule } from '@nestjs/common';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { EnosAuthentication } from './authentication/enos-authentication.js';
import { CommandsController } from './routes/commands.controller.js';
import { DevicesController } from './routes/devices.controller.js';
import { ProductsController } from './routes/products.controller.js';
import { ThingModelsController } from './routes/thing-models.controller.js';
import { TokenController } from './routes/token.controller.js';
import { enosSettings, type EnosOptions } from './settings.js';
import { ENOS_PORTS, ENOS_SETTINGS } from './tokens.js';

/** The dialect as a Nest module, for any application that has the ports. Singletons only. */
@Module({})
export class EnosModule {
  static forRoot(ports: NorthboundPorts, options: EnosOptions = {}): DynamicModule {
    const settings = enosSettings(options);
    return {
      module: EnosModule,
      controllers: [TokenController, CommandsController, ProductsController, DevicesController, ThingModelsController],
      providers: [
        { provide: ENOS_PORTS, useValue: ports },
        { provide: ENOS_SETTINGS, useValue: settings },
        { provide: EnosAuthentication, useValue: new EnosAuthentication(ports, settings) },
      ],
    };
  }
}

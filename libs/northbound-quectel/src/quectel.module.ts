import { Module, type DynamicModule } from '@nestjs/common';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { QuectelAuthentication } from './authentication/authentication.js';
import { HistoryController } from './routes/history.controller.js';
import { SendDataController } from './routes/send-data.controller.js';
import { TokenController } from './routes/token.controller.js';
import { TslController } from './routes/tsl.controller.js';
import { quectelSettings, type QuectelOptions } from './settings.js';
import { QUECTEL_PORTS, QUECTEL_SETTINGS } from './tokens.js';

/** The dialect as a Nest module, for any application that has the ports. Singletons only. */
@Module({})
export class QuectelModule {
  static forRoot(ports: NorthboundPorts, options: QuectelOptions = {}): DynamicModule {
    return {
      module: QuectelModule,
      controllers: [TokenController, SendDataController, HistoryController, TslController],
      providers: [
        { provide: QUECTEL_PORTS, useValue: ports },
        { provide: QUECTEL_SETTINGS, useValue: quectelSettings(options) },
        { provide: QuectelAuthentication, useValue: new QuectelAuthentication(ports) },
      ],
    };
  }
}

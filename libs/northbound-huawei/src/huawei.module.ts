import { Module, type DynamicModule } from '@nestjs/common';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { HuaweiAuthentication } from './authentication.js';
import { BatchTasksController } from './routes/batch-tasks.controller.js';
import { CancelTasksController } from './routes/cancel-tasks.controller.js';
import { DeviceCapabilitiesController } from './routes/device-capabilities.controller.js';
import { DeviceCommandsController } from './routes/device-commands.controller.js';
import { DeviceCredentialsController } from './routes/device-credentials.controller.js';
import { DeviceProfilesController } from './routes/device-profiles.controller.js';
import { DeviceSecretsController } from './routes/device-secrets.controller.js';
import { DevicesController } from './routes/devices.controller.js';
import { SendCommandController } from './routes/send-command.controller.js';
import { SecurityController } from './routes/security.controller.js';
import { SubscriptionsController } from './routes/subscriptions.controller.js';
import { huaweiSettings, type HuaweiOptions } from './settings.js';
import { HUAWEI_PORTS, HUAWEI_SETTINGS } from './tokens.js';

/** The dialect as a Nest module, for any application that has the ports. Singletons only. */
@Module({})
export class HuaweiModule {
  static forRoot(ports: NorthboundPorts, options: HuaweiOptions = {}): DynamicModule {
    return {
      module: HuaweiModule,
      controllers: [
        SecurityController,
        DeviceCommandsController,
        CancelTasksController,
        SendCommandController,
        SubscriptionsController,
        BatchTasksController,
        DeviceCredentialsController,
        DeviceSecretsController,
        DevicesController,
        DeviceCapabilitiesController,
        DeviceProfilesController,
      ],
      providers: [
        { provide: HUAWEI_PORTS, useValue: ports },
        { provide: HUAWEI_SETTINGS, useValue: huaweiSettings(options) },
        { provide: HuaweiAuthentication, useValue: new HuaweiAuthentication(ports) },
      ],
    };
  }
}

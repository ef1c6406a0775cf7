import { Module, type DynamicModule } from '@nestjs/common';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { EnosModule, type EnosOptions } from '@downlink/northbound-enos';
import { HuaweiModule, type HuaweiOptions } from '@downlink/northbound-huawei';
import { NativeModule, type NativeOptions } from '@downlink/northbound-native';
import { QuectelModule, type QuectelOptions } from '@downlink/northbound-quectel';

export interface DialectOptions {
  readonly enos?: EnosOptions;
  readonly huawei?: HuaweiOptions;
  readonly native: NativeOptions;
  readonly quectel?: QuectelOptions;
}

/** All dialects, each a module of its own over the same ports. */
@Module({})
export class CommandApiModule {
  static forRoot(ports: NorthboundPorts, options: DialectOptions): DynamicModule {
    return {
      module: CommandApiModule,
      imports: [
        EnosModule.forRoot(ports, options.enos),
        HuaweiModule.forRoot(ports, options.huawei),
        QuectelModule.forRoot(ports, options.quectel),
        NativeModule.forRoot(ports, options.native),
      ],
    };
  }
}

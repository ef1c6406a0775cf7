import type { DeviceProtocol } from './protocols/device-protocol.js';
import { enos } from './protocols/enos.js';
import { huawei } from './protocols/huawei.js';
import { native } from './protocols/native.js';
import { quectel } from './protocols/quectel.js';

export type {
  DeviceCommand,
  DeviceProtocol,
  MqttCredentials,
  SimulatedDevice,
  WireMessage,
} from './protocols/device-protocol.js';

export type SimulatedWireFormat = 'native' | 'huawei' | 'enos' | 'quectel';

export const deviceProtocols: Readonly<Record<SimulatedWireFormat, DeviceProtocol>> = { native, huawei, enos, quectel };

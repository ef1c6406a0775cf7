import { INVOKE, type RegistryDeclaration } from '@downlink/command-engine';
import type { InstallationSecrets } from './data-folder.js';

export const DEMO_APPLICATION = 'demo';
export const DEMO_SERVICE = { id: 'switch', method: 'turn', parameters: { on: true } };

/** The vendors whose services have no methods call the service itself. */
const MODEL = { services: [{ id: DEMO_SERVICE.id, methods: [{ name: DEMO_SERVICE.method }, { name: INVOKE }] }] };
const DEMO_ACCESS_KEY = 'demo';
/** The same call as `data` of sendServiceData. */
const DEMO_QUECTEL_DATA = JSON.stringify([{ [DEMO_SERVICE.id]: [{ on: 'true' }] }]);
const WIRE_FORMATS = ['native', 'huawei'] as const;

export type DemoWireFormat = (typeof WIRE_FORMATS)[number];

export interface DemoDevice {
  readonly id: string;
  readonly wireFormat: DemoWireFormat;
  readonly product: string;
  readonly secret: string;
}

/** `perFormat` devices of each wire format; at least one, so that there is something to send to. */
export function demoDevices(secrets: InstallationSecrets, perFormat: number): DemoDevice[] {
  return WIRE_FORMATS.flatMap((wireFormat) =>
    Array.from({ length: Math.max(1, perFormat) }, (_, n) => ({
      id: `demo-${wireFormat}-${n + 1}`,
      wireFormat,
      product: `demo-${wireFormat}`,
      secret: secrets.demo.deviceSecret,
    })),
  );
}

/** One application with credentials for each dialect, one product and some devices for each wire format. */
export function demoDeclaration(secrets: InstallationSecrets, devices: readonly DemoDevice[]): RegistryDeclaration {
  const { nativeKey, huaweiSecret, quectelSecret } = secrets.demo;
  return {
    applications: [
      {
        id: DEMO_APPLICATION,
        name: 'Demo',
        credentials: {
          native: { key: nativeKey },
          huawei: { secret: huaweiSecret },
          quectel: { accessKey: DEMO_ACCESS_KEY, accessSecret: quectelSecret },
        },
      },
    ],
    products: WIRE_FORMATS.map((wireFormat) => ({
      key: `demo-${wireFormat}`,
      applicationId: DEMO_APPLICATION,
      name: `Demo device speaking ${wireFormat}`,
      wireFormat,
      model: MODEL,
    })),
    devices: devices.map(({ id, product, secret }) => ({
      id,
      applicationId: DEMO_APPLICATION,
      productKey: product,
      key: id,
      name: id,
      activated: true,
      secret,
    })),
  };
}

/** What `DATA_DIR/demo.json` holds, for tools around an installation. */
export function demoFile(
  secrets: InstallationSecrets,
  devices: readonly DemoDevice[],
  urls: { readonly http: string; readonly https?: string; readonly mqtt: string },
): object {
  const { nativeKey, huaweiSecret, quectelSecret } = secrets.demo;
  const deviceOf = (wireFormat: DemoWireFormat): object => {
    const { id, product, secret } = devices.find((device) => device.wireFormat === wireFormat)!;
    return {
      deviceId: id,
      product,
      deviceKey: id,
      secret,
      mqtt: { user: id, password: secret },
      service: DEMO_SERVICE,
    };
  };
  return {
    urls,
    adminKey: secrets.adminKey,
    dialects: {
      native: { baseUrl: `${urls.http}/v1`, application: DEMO_APPLICATION, key: nativeKey, device: deviceOf('native') },
      huawei: { baseUrl: urls.http, appId: DEMO_APPLICATION, secret: huaweiSecret, device: deviceOf('huawei') },
      quectel: {
        baseUrl: urls.http,
        accessKey: DEMO_ACCESS_KEY,
        accessSecret: quectelSecret,
        device: { ...deviceOf('native'), service: { code: DEMO_SERVICE.id, data: DEMO_QUECTEL_DATA } },
      },
    },
  };
}

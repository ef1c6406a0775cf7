import { INVOKE, type ProductModel, type RegistryDeclaration } from '@downlink/command-engine';
import { deviceProtocols } from '../../simulator/src/device-protocol.js';
import type { InstallationSecrets } from './data-folder.js';

export const DEMO_APPLICATION = 'demo';
export const DEMO_SERVICE = { id: 'switch', method: 'turn', parameters: { on: true } };

/** The same call in the words of sendServiceData. */
const QUECTEL_SERVICE = { code: DEMO_SERVICE.id, data: JSON.stringify([{ [DEMO_SERVICE.id]: [{ on: 'true' }] }]) };

/** What its demo device speaks, and how the service is called that it answers. EnOS and Quectel call a service without naming a method. */
const DIALECTS = {
  native: { wireFormat: 'native', method: DEMO_SERVICE.method },
  huawei: { wireFormat: 'huawei', method: DEMO_SERVICE.method },
  enos: { wireFormat: 'enos', method: INVOKE },
  quectel: { wireFormat: 'quectel', method: INVOKE },
} as const;

export type DemoDialect = keyof typeof DIALECTS;
export type DemoWireFormat = (typeof DIALECTS)[DemoDialect]['wireFormat'];

const DEMO_DIALECTS = Object.keys(DIALECTS) as DemoDialect[];

export interface DemoDevice {
  readonly id: string;
  readonly dialect: DemoDialect;
  readonly wireFormat: DemoWireFormat;
  readonly product: string;
  readonly secret: string;
}

/** `perDialect` devices for each dialect; at least one, so that there is something to send to. */
export function demoDevices(secrets: InstallationSecrets, perDialect: number): DemoDevice[] {
  return DEMO_DIALECTS.flatMap((dialect) =>
    Array.from({ length: Math.max(1, perDialect) }, (_, n) => ({
      id: `demo-${dialect}-${n + 1}`,
      dialect,
      wireFormat: DIALECTS[dialect].wireFormat,
      product: `demo-${dialect}`,
      secret: secrets.demo.deviceSecret,
    })),
  );
}

/** One application with credentials for each dialect, one product and some devices for each. */
export function demoDeclaration(secrets: InstallationSecrets, devices: readonly DemoDevice[]): RegistryDeclaration {
  return {
    applications: [{ id: DEMO_APPLICATION, name: 'Demo', credentials: demoCredentials(secrets) }],
    products: DEMO_DIALECTS.map((dialect) => ({
      key: `demo-${dialect}`,
      applicationId: DEMO_APPLICATION,
      name: `Demo device of ${dialect}`,
      wireFormat: DIALECTS[dialect].wireFormat,
      model: modelOf(dialect),
      secret: secrets.demo.productSecret,
    })),
    devices: devices.map(({ id, product, secret }) => ({
      id,
      applicationId: DEMO_APPLICATION,
      productKey: product,
      name: id,
      activated: true,
      secret,
      key: id,
      assetId: id,
    })),
  };
}

function demoCredentials({ demo }: InstallationSecrets) {
  return {
    native: { key: demo.nativeKey },
    huawei: { secret: demo.huaweiSecret },
    enos: { orgId: DEMO_APPLICATION, appKey: DEMO_APPLICATION, appSecret: demo.enosSecret },
    quectel: { accessKey: DEMO_APPLICATION, accessSecret: demo.quectelSecret },
  };
}

/** A switch that can be turned, and whose position can be read and written. The numbers are what Quectel calls things by. */
function modelOf(dialect: DemoDialect): ProductModel {
  const on = { name: 'on', type: 'boolean' } as const;
  const method = { name: DIALECTS[dialect].method, parameters: [{ ...on, number: 2, required: true }] };
  return {
    services: [{ id: DEMO_SERVICE.id, methods: [method] }],
    properties: [{ ...on, number: 1, access: 'read-write' }],
  };
}

/** Where everything of an installation is reached. */
export interface DemoUrls {
  readonly http: string;
  readonly https?: string;
  readonly mqtt: string;
  readonly mqtts?: string;
}

/** What `DATA_DIR/demo.json` holds, for tools around an installation. */
export function demoFile(secrets: InstallationSecrets, devices: readonly DemoDevice[], urls: DemoUrls): object {
  const { native, huawei, enos, quectel } = demoCredentials(secrets);
  const device = (dialect: DemoDialect) => {
    const first = devices.find((each) => each.dialect === dialect)!;
    return deviceEntry(first, secrets.demo.productSecret);
  };
  const baseUrl = urls.http;
  return {
    urls,
    adminKey: secrets.adminKey,
    dialects: {
      native: { baseUrl: `${baseUrl}/v1`, application: DEMO_APPLICATION, ...native, device: device('native') },
      huawei: { baseUrl, appId: DEMO_APPLICATION, ...huawei, device: device('huawei') },
      enos: { baseUrl, ...enos, device: device('enos') },
      quectel: { baseUrl, ...quectel, device: device('quectel') },
    },
  };
}

function deviceEntry({ id, dialect, wireFormat, product, secret }: DemoDevice, productSecret: string): object {
  const {
    clientId,
    username: user,
    password,
  } = deviceProtocols[wireFormat].credentials({ id, productKey: product }, secret);
  return {
    deviceId: id,
    deviceKey: id,
    assetId: id,
    product,
    productSecret,
    secret,
    wireFormat,
    mqtt: { clientId, user, password },
    service: { ...DEMO_SERVICE, method: DIALECTS[dialect].method, ...(dialect === 'quectel' && QUECTEL_SERVICE) },
  };
}

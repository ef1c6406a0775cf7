import type { CommandRequest } from '@downlink/command-domain';
import { PROPERTIES, RAW, type Device, type Product, type SubmitOptions } from '@downlink/command-engine';
import { deliveryTo, modelVersionOf } from '@downlink/northbound-kit';
import type { Asked } from './data/asked.js';
import type { QuectelSettings } from './settings.js';
import { DEFAULT_CACHE_SECONDS, type HowToSend } from './wire/send-data.js';

/** With `qos` 1, the default; with 0 the message is sent once. Ours: the vendor says no more than "QoS level". */
const RESENDS = { 0: 0, 1: 3 } as const;

/** One device of a call, and its product as the call was checked against it. */
export interface Target {
  readonly device: Device;
  readonly product: Product;
}

/**
 * A call for one device in canonical words. With `isCache` the command waits for the device for `cacheTime`. Without, it is immediate:
 * refused while the device is known to be away, and sent at once otherwise, past whatever is queued.
 */
export function toRequest(asked: Asked, how: HowToSend, target: Target, settings: QuectelSettings): CommandRequest {
  const { device, product } = target;
  const { callbackUrl } = how.extendPara ?? {};
  const supersedeKey = nameOfProperties(asked);
  return {
    applicationId: device.applicationId,
    deviceId: device.id,
    dialect: 'quectel',
    wireFormat: device.wireFormat,
    ...asked,
    ...(how.isCache === true
      ? { mode: 'cached', lifetimeMs: (how.cacheTime ?? DEFAULT_CACHE_SECONDS) * 1000 }
      : { mode: 'immediate', lifetimeMs: 0 }),
    policy: {
      ...deliveryTo(device, settings.delivery),
      maxRetransmit: RESENDS[how.qos === 0 ? 0 : 1],
      immediate: 'bypass',
      refuseUnreachable: true,
    },
    ...modelVersionOf(product),
    ...(supersedeKey !== undefined && { supersedeKey }),
    ...(callbackUrl !== undefined && {
      callback: { url: callbackUrl, format: 'quectel' },
      // What the callbacks name the device by.
      dialectData: { productKey: product.key, deviceKey: device.key },
    }),
  };
}

/**
 * What `isCover` replaces: queued calls of the same service, queued reads or writes of the same properties, queued raw data.
 * Ours: the vendor says "previously sent data" and no more.
 */
export function submitOptions(asked: Asked, { isCover }: HowToSend): SubmitOptions {
  if (isCover !== true) return {};
  return { supersedes: asked.service === PROPERTIES ? 'key' : 'method' };
}

function nameOfProperties({ service, method, parameters }: Asked): string | undefined {
  if (service !== PROPERTIES) return undefined;
  const names = method === 'read' ? (parameters['names'] as readonly string[]) : Object.keys(parameters);
  return `${method}:${names.toSorted().join(',')}`;
}

/** How the vendor marks what a product takes: transparent data, or data of its thing model. */
const TRANSPARENT = 0;
const THING_MODEL = 3;

/** Whether a product takes such a call; one whose `dataFmt` nobody has said takes both. */
export function fitsCategory(
  { service }: Pick<Asked, 'service'>,
  { attributes }: Pick<Product, 'attributes'>,
): boolean {
  const { dataFmt } = (attributes['quectel'] ?? {}) as { dataFmt?: unknown };
  return dataFmt !== (service === RAW ? THING_MODEL : TRANSPARENT);
}

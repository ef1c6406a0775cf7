import { Refusal } from '../errors/refusal.js';
import { MAX_DEVICES, type SendRawBody, type SendTslBody } from './send-data.js';

/** A device as the vendor names it. */
export interface DeviceName {
  readonly productKey: string;
  readonly deviceKey: string;
}

/** The devices of a TSL call, all of one product. @throws Refusal 50007 for an empty key or list, 71039 for too long a list */
export function devicesOfProduct({ productKey, devices }: SendTslBody): readonly DeviceName[] {
  return checked(devices?.map((deviceKey) => ({ productKey, deviceKey })) ?? [{ productKey, deviceKey: undefined }]);
}

/** The devices of a raw call, each with its own product. @throws Refusal as above */
export function devicesOfAnyProduct({ devices }: SendRawBody): readonly DeviceName[] {
  return checked(devices ?? []);
}

/** As it came: anything may be missing. */
type Named = { readonly [Key in keyof DeviceName]: string | undefined };

function checked(names: readonly Named[]): readonly DeviceName[] {
  if (names.length > MAX_DEVICES) throw new Refusal('too-many-items', `devices: at most ${String(MAX_DEVICES)}`);
  if (names.length === 0) throw new Refusal('device-missing');
  return names.map(({ productKey = '', deviceKey = '' }) => {
    if (productKey === '' || deviceKey === '') throw new Refusal('device-missing');
    return { productKey, deviceKey };
  });
}

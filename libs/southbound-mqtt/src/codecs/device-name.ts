/** Where a device is spoken to. `native` and `huawei` use the device id, `enos` and `quectel` product and device key. */
export interface DeviceAddress {
  readonly deviceId: string;
  /** Empty where it was not looked up, as the wire format does not need it. */
  readonly productKey: string;
  /** null: the device id stands for it. */
  readonly deviceKey: string | null;
}

/** What a topic calls a device. */
export interface KeyedName {
  readonly productKey: string;
  readonly deviceKey: string;
}
export type DeviceName = { readonly deviceId: string } | KeyedName;

/** What the device's topics call it in formats with product and device keys. */
export function keyedName({ deviceId, productKey, deviceKey }: DeviceAddress): KeyedName {
  return { productKey, deviceKey: deviceKey ?? deviceId };
}

/** A name in one text, for logs and records: keys contain no slash, so it is never mistaken for a device id. */
export function spellName(name: DeviceName): string {
  return 'deviceId' in name ? name.deviceId : `${name.productKey}/${name.deviceKey}`;
}

/** What the load is put on: the product's front or the bare one. Both take the same body and answer `commandId`. */
export interface Target {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A create request as an application of Huawei's API sends it; about 250 bytes. */
export function createBody(deviceId: string, callbackUrl: string | undefined): string {
  return JSON.stringify({
    deviceId,
    command: {
      serviceId: 'switch',
      method: 'turn',
      paras: { on: true, level: 42, reason: 'benchmark of the round trip' },
    },
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
    expireTime: 3600,
    maxRetransmit: 3,
  });
}

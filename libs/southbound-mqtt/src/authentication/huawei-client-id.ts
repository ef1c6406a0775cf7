/** What a Huawei device says in its MQTT client id. */
export interface HuaweiClientId {
  id: string;
  /** 0: the id is a device id; 2: a node id. */
  identityType: 0 | 2;
  /** False (sign type 0): the time only keys the signature. True (1): it is checked as well. */
  timeChecked: boolean;
  /** `YYYYMMDDHH`, UTC, as sent: it keys the signature. */
  time: string;
}

/** Reads `{id}_{0|2}_{0|1}_{YYYYMMDDHH}` (Huawei OceanConnect, "Device connection authentication", MQTT CONNECT). */
export function parseHuaweiClientId(clientId: string): HuaweiClientId | undefined {
  const match = /^(.+)_([02])_([01])_(\d{10})$/s.exec(clientId);
  if (!match) return undefined;
  const [, id = '', identityType, signType, time = ''] = match;
  return { id, identityType: identityType === '2' ? 2 : 0, timeChecked: signType === '1', time };
}

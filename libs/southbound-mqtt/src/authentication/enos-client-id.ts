/** What an EnOS device says in its MQTT client id. */
export interface EnosClientId {
  /** What stands before the first bar, as sent: it is signed. It need not be the device key (`dk{ip=…,version=…}`). */
  readonly name: string;
  /** 2: proven by the device secret; 3: by the product secret, to be told the device secret; others are not offered. */
  readonly secureMode: string;
  /** As sent, fraction or not: it is signed, and never looked at as a time. */
  readonly timestamp: string;
}

/**
 * Reads `{name}|securemode=2,signmethod=sha256,timestamp=…|` (EnOS, "MQTT Connection Establishment"). The order of the parameters, further ones and
 * the name of the method mean nothing: the vendor's own device software names two for one and the same.
 */
export function parseEnosClientId(clientId: string): EnosClientId | undefined {
  const [name, parameters, rest, ...more] = clientId.split('|');
  if (name === undefined || parameters === undefined || (rest ?? '') !== '' || more.length > 0) return undefined;
  const values = new Map(parameters.split(',').map(parameterOf));
  const [secureMode, timestamp] = [values.get('securemode'), values.get('timestamp')];
  return secureMode === undefined || timestamp === undefined ? undefined : { name, secureMode, timestamp };
}

function parameterOf(text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1)];
}

/** Reads the user name `{deviceKey}&{productKey}`. */
export function parseEnosUser(username: string): { deviceKey: string; productKey: string } | undefined {
  const at = username.lastIndexOf('&');
  return at < 1 ? undefined : { deviceKey: username.slice(0, at), productKey: username.slice(at + 1) };
}

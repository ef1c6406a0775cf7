import { isTopicSafe } from '../codecs/topic-safety.js';

export interface NativeCredentials {
  username: string | undefined;
  password: string | undefined;
}

/** Whether this is the device's secret; to be answered in constant time (`equalInConstantTime`). False for an unknown device. */
export type SecretVerifier = (deviceId: string, presented: string) => boolean | Promise<boolean>;

/** Native devices: the user name is the device id, the password its secret. Gives the device id, or undefined when refused. */
export async function verifyNativeCredentials(
  { username, password }: NativeCredentials,
  verify: SecretVerifier,
): Promise<string | undefined> {
  if (username === undefined || password === undefined || password === '' || !isTopicSafe(username)) return undefined;
  return (await verify(username, password)) ? username : undefined;
}

/** The fields of a login's user name: `ver=1&auth_mode=accessKey&sign_method=sha256&access_key=…&timestamp=…`, in any order. */
export interface Username {
  readonly accessKey: string;
  /** ms since 1970 */
  readonly timestamp: number;
}

const FIXED = { ver: '1', auth_mode: 'accessKey', sign_method: 'sha256' };
const MAX_ACCESS_KEY = 256;

/** Reads a user name (Quectel, OpenAPI Integration Guide: accessKeyLogin); undefined when it is none. */
export function readUsername(text: string): Username | undefined {
  const fields = new URLSearchParams(text);
  if (Object.entries(FIXED).some(([name, value]) => fields.get(name) !== value)) return undefined;
  const accessKey = fields.get('access_key') ?? '';
  const timestamp = fields.get('timestamp') ?? '';
  if (accessKey === '' || accessKey.length > MAX_ACCESS_KEY || !/^\d{1,15}$/.test(timestamp)) return undefined;
  return { accessKey, timestamp: Number(timestamp) };
}

/** "The skew may be 10 minutes", either way. */
const MAX_SKEW_MS = 600_000;

export function isRecent({ timestamp }: Username, now: number): boolean {
  return Math.abs(now - timestamp) <= MAX_SKEW_MS;
}

/** Why an attempt got no usable answer. Stable: stored with the attempt, shown to applications, counted in metrics. */
export type SendErrorCode =
  | 'invalid-url'
  | 'address-refused'
  | 'dns'
  | 'connect-refused'
  | 'connect-timeout'
  | 'unreachable'
  | 'tls'
  | 'connection-lost'
  | 'timeout'
  | 'aborted'
  | 'protocol'
  | `status-${number}`;

const BY_SYSTEM_CODE: Readonly<Record<string, SendErrorCode>> = {
  'address-refused': 'address-refused',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  EAI_NODATA: 'dns',
  EAI_NONAME: 'dns',
  ECONNREFUSED: 'connect-refused',
  UND_ERR_CONNECT_TIMEOUT: 'connect-timeout',
  ETIMEDOUT: 'connect-timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ECONNRESET: 'connection-lost',
  EPIPE: 'connection-lost',
  UND_ERR_SOCKET: 'connection-lost',
  UND_ERR_ABORTED: 'aborted',
  UND_ERR_DESTROYED: 'aborted',
  UND_ERR_CLOSED: 'aborted',
  UND_ERR_INVALID_ARG: 'invalid-url',
  EPROTO: 'tls',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls',
  UNABLE_TO_GET_ISSUER_CERT: 'tls',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls',
  HOSTNAME_MISMATCH: 'tls',
};

/** Turns what a client library threw into our word for it. Anything unknown is `protocol`: the receiver spoke no HTTP that we read. */
export function sendErrorCode(error: unknown): SendErrorCode {
  const code = codeOf(error);
  if (code === undefined) return 'protocol';
  const known = BY_SYSTEM_CODE[code];
  if (known !== undefined) return known;
  return /^ERR_(TLS|SSL)|^CERT_/.test(code) ? 'tls' : 'protocol';
}

/** Dialling several addresses fails with an error that may carry the codes of its parts only. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  if (typeof code === 'string') return code;
  return Array.isArray(errors) ? codeOf(errors[0]) : undefined;
}

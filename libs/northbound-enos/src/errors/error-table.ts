/**
 * The vendor's codes with what they are called here. The documents give no HTTP status for any of them: what the services
 * themselves answer (business errors, wrong tokens and signatures) comes with 200, because the vendor's clients read the
 * code in the body; what lies beneath the services has a status of its own (errors/error-map.ts). That is ours.
 *
 * Sources: EnOS, Public Response Codes (99…); Invoke Service and Set Measurement Point (118…, 119…); Create Device (11702);
 * Create Product (11699); Get Product (11611); Invoking API with Access Token (10…, 12…).
 */
export const ENOS_ERRORS = {
  'argument-invalid': { code: 99400, text: 'Invalid Argument' },
  forbidden: { code: 99403, text: 'Denied resource' },
  'not-found': { code: 99404, text: 'The specified object does not exist' },
  internal: { code: 99500, text: 'Internal Server Error' },
  'device-offline': { code: 11900, text: 'The device is offline' },
  'queue-full': { code: 11902, text: 'The number of cached commands reached the upper limit' },
  'never-sent': { code: 11904, text: 'The command is not sent, and timed out' },
  'no-response': { code: 11915, text: 'The command is sent, but the response timed out' },
  'device-not-activated': { code: 11888, text: 'The device is not activated' },
  'product-unknown': { code: 11611, text: 'The product does not exist' },
  'model-unknown': { code: 11699, text: 'The model does not exist' },
  'device-key-taken': { code: 11702, text: 'The deviceKey exists' },
  'encryption-repeated': { code: 1001, text: 'The encryption was used before' },
  'app-key-unknown': { code: 1002, text: 'The appKey does not exist' },
  'encryption-wrong': { code: 1003, text: 'The encryption is not valid' },
  'parameter-invalid': { code: 1004, text: 'Invalid parameter' },
  'token-service-failed': { code: 1005, text: 'Internal service exception' },
  'parameter-empty': { code: 1202, text: 'The parameter is empty' },
  'token-expired': { code: 1203, text: 'The access token has expired' },
  'refresh-failed': { code: 1204, text: 'Failed to refresh the access token' },
} as const satisfies Readonly<Record<string, { readonly code: number; readonly text: string }>>;

export type EnosErrorName = keyof typeof ENOS_ERRORS;

/**
 * What the calls about devices add to the vendor's errors (Huawei: Registering a Device, Querying Device Activation Status,
 * Modifying Device Information, Deleting a Device, Querying Device Information in Batches). They say 100203 and 100217 with HTTP
 * 403, where the command calls have 200.
 */
export const DEVICE_ERRORS = {
  'application-not-found': { status: 403, code: '100203', text: 'The application is not existed.' },
  'application-forbidden': { status: 403, code: '100217', text: "The application hasn't been authorized." },
  'app-id-missing': { status: 401, code: '100025', text: 'AppId for auth not exist.' },
  'device-not-found': { status: 404, code: '100403', text: 'The device is not existed.' },
  'verify-code-invalid': { status: 400, code: '100003', text: 'Invalid verify code.' },
  'member-missing': { status: 400, code: '100007', text: 'Bad request message.' },
  'registration-invalid': { status: 400, code: '50400', text: 'The input is invalid.' },
  'device-bound': { status: 400, code: '100416', text: 'The device has already been binded.' },
  'node-duplicated': { status: 400, code: '100426', text: 'The nodeId is duplicated.' },
  'security-invalid': { status: 400, code: '100440', text: 'The isSecure is invalid.' },
  'device-online': { status: 400, code: '100611', text: 'Device is online.' },
  'product-unknown': { status: 403, code: '600002', text: 'The product not existed.' },
  'page-missing': { status: 400, code: '100218', text: "The gatewayId and pageNo can't be both null." },
  'parameter-invalid': { status: 400, code: '100405', text: 'The request parameter is invalid.' },
} as const;

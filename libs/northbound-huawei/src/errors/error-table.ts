import { DEVICE_ERRORS } from './device-errors.js';
import { TASK_ERRORS } from './task-errors.js';

/**
 * The vendor's errors: code, HTTP status and text (Huawei, Creating Device Commands v1.4.0; Authentication; Refreshing a
 * Token; Calling Device Services for 100432, 100444, 100450, 102203). Where a code is listed with two statuses, the one of the business errors (200) is taken.
 *
 * Ours: 100220 is answered with 400 where the vendor's table has 500, because a header that the caller forgot is no
 * failure of the server's.
 */
export const HUAWEI_ERRORS = {
  ...DEVICE_ERRORS,
  ...TASK_ERRORS,
  'application-unknown': { status: 200, code: '100203', text: 'The application is not existed.' },
  'application-not-authorized': { status: 200, code: '100217', text: "The application hasn't been authorized." },
  'device-unknown': { status: 200, code: '100418', text: 'The deviceData is not existed.' },
  'device-offline': { status: 200, code: '100428', text: 'The device is not online.' },
  'service-unknown': { status: 200, code: '100431', text: 'The serviceType is not exist.' },
  'command-muted': { status: 200, code: '100432', text: 'The device command is muted.' },
  'service-type-unknown': { status: 404, code: '100444', text: 'The serviceType is not exist.' },
  'gateway-offline': { status: 403, code: '100450', text: 'The gateway is not online.' },
  'input-invalid': { status: 400, code: '100022', text: 'The input is invalid.' },
  'command-name-invalid': { status: 400, code: '102203', text: 'CommandName is invalid.' },
  'queue-full': { status: 400, code: '100223', text: 'Command counts has reached the upLimit.' },
  'app-key-missing': { status: 400, code: '100220', text: 'Get AppKey from header failed.' },
  'secret-wrong': { status: 401, code: '100208', text: 'AppId or secret is not right.' },
  'refresh-token-wrong': { status: 401, code: '100006', text: 'Refresh access token failed.' },
  'token-invalid': { status: 403, code: '1010005', text: 'App_key or access_token is invalid.' },
  'device-zombie': { status: 403, code: '100612', text: 'Device is zombie.' },
  throttled: { status: 403, code: '1010009', text: 'app throttle exceed.' },
  internal: { status: 500, code: '100001', text: 'Internal server error.' },
  congestion: {
    status: 503,
    code: '100501',
    text: 'Congestion occurs, and the current network has been flow-controlled',
  },
} as const;

export type HuaweiErrorName = keyof typeof HUAWEI_ERRORS;

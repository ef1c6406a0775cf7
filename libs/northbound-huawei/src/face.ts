import type { DialectFace } from '@downlink/northbound-kit';
import { answerTrouble } from './errors/error-map.js';

/** The vendor's login sends a form (its SDKs), so that path takes one. */
export const LOGIN_PATH = '/iocm/app/sec/v1.1.0/login';

/** A device profile with all its service types is larger than any command. */
const PROFILES_PATH = '/iocm/app/profile/v1.1.0/deviceProfiles';
const PROFILE_LIMIT = 1_048_576;
/** Ten thousand ids of devices. */
const BATCH_TASKS_PATH = '/iocm/app/batchtask/v1.1.0/tasks';
const BATCH_LIMIT = 1_048_576;

export const huaweiFace: DialectFace = {
  name: 'huawei',
  prefixes: ['/iocm/'],
  formPaths: [LOGIN_PATH],
  bodyLimits: { [PROFILES_PATH]: PROFILE_LIMIT, [BATCH_TASKS_PATH]: BATCH_LIMIT },
  answer: answerTrouble,
};

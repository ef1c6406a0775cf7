import type { DialectFace } from '@downlink/northbound-kit';
import { answerTrouble } from './errors/error-map.js';

/** The vendor's login sends a form (its SDKs), so that path takes one. */
export const LOGIN_PATH = '/iocm/app/sec/v1.1.0/login';

export const huaweiFace: DialectFace = {
  name: 'huawei',
  prefixes: ['/iocm/'],
  formPaths: [LOGIN_PATH],
  answer: answerTrouble,
};

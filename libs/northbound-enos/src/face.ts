import type { DialectFace } from '@downlink/northbound-kit';
import { answerTokenTrouble, answerTrouble } from './errors/error-map.js';

/** The services: callers sign their bodies, and some calls are POSTs without any. */
export const enosFace: DialectFace = {
  name: 'enos',
  prefixes: ['/connect-service/', '/model-service/'],
  keepsRawBodies: true,
  takesEmptyBodies: true,
  answer: answerTrouble,
};

/** The token service has an envelope of its own. */
export const enosTokenFace: DialectFace = {
  name: 'enos-token',
  prefixes: ['/apim-token-service/'],
  answer: answerTokenTrouble,
};

export const enosFaces: readonly DialectFace[] = [enosFace, enosTokenFace];

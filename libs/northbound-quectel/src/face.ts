import type { DialectFace } from '@downlink/northbound-kit';
import { answerTrouble } from './errors/error-map.js';
import { languageOf } from './errors/language.js';

const TOKEN_SERVICE = '/v2/quecauth/accessKeyAuthrize';

export const quectelFace: DialectFace = {
  name: 'quectel',
  prefixes: ['/v2/'],
  // "GET, and POST too": parameters in the query, or in a form.
  formPaths: [`${TOKEN_SERVICE}/accessKeyLogin`, `${TOKEN_SERVICE}/refreshToken`],
  // A thing model has some 25 KB in the vendor's own sample.
  bodyLimits: { '/v2/quectsl/openapi/product/import/tslFile': 1_048_576 },
  // A login by POST may announce a body and have none.
  takesEmptyBodies: true,
  answer: (trouble, url) => answerTrouble(trouble, languageOf(url)),
};

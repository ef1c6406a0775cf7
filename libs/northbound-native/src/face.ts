import type { DialectFace } from '@downlink/northbound-kit';
import { answerTrouble } from './errors/error-map.js';
import { BATCH_BODY_LIMIT, type NativeOptions } from './settings.js';

/** This API's face; batches alone may be larger than other bodies. */
export function nativeFaceOf({
  batchBodyLimit = BATCH_BODY_LIMIT,
}: Pick<NativeOptions, 'batchBodyLimit'>): DialectFace {
  const bodyLimits = { '/v1/commands/batch': batchBodyLimit };
  return { name: 'native', prefixes: ['/v1/'], bodyLimits, answer: answerTrouble };
}

export const nativeFace: DialectFace = nativeFaceOf({});

import type { DialectFace } from '@downlink/northbound-kit';
import { answerTrouble } from './errors/error-map.js';
import { BATCH_BODY_LIMIT, type NativeOptions } from './settings.js';

/** 2 MiB: some ten thousand devices, or the thing model of any vendor. */
const PROVISION_BODY_LIMIT = 2_097_152;

/** This API's face; batches and declarations may be larger than other bodies. */
export function nativeFaceOf({
  batchBodyLimit = BATCH_BODY_LIMIT,
}: Pick<NativeOptions, 'batchBodyLimit'>): DialectFace {
  const bodyLimits = { '/v1/commands/batch': batchBodyLimit, '/v1/provision': PROVISION_BODY_LIMIT };
  return { name: 'native', prefixes: ['/v1/'], yamlPaths: ['/v1/provision'], bodyLimits, answer: answerTrouble };
}

export const nativeFace: DialectFace = nativeFaceOf({});

import type { DialectFace } from '@downlink/northbound-kit';
import { answerTrouble } from './errors/error-map.js';

export const nativeFace: DialectFace = { name: 'native', prefixes: ['/v1/'], answer: answerTrouble };

import { pathText } from '@downlink/northbound-kit';
import { Refusal } from '../errors/refusal.js';

export type DataPath = readonly (string | number)[];

/** The nested encoding is broken at this place (71047). */
export function encodingWrong(path: DataPath, expected: string): Refusal {
  return new Refusal('encoding-wrong', `${pathText(['data', ...path])}: expected ${expected}`);
}

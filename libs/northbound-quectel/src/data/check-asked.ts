import type { Json } from '@downlink/command-domain';
import type { ProductModel } from '@downlink/command-engine';
import { checkCommand, pathText, type ParameterError, type ParameterFlaw } from '@downlink/northbound-kit';
import type { QuectelErrorName } from '../errors/error-table.js';
import { Refusal } from '../errors/refusal.js';
import type { Asked } from './asked.js';

/** What each flaw is called here; `wrong-length` is two things for the vendor. */
const FLAWS: Readonly<Record<Exclude<ParameterFlaw, 'wrong-length'>, QuectelErrorName>> = {
  missing: 'parameter-missing',
  unknown: 'unreadable',
  'wrong-type': 'unreadable',
  'out-of-range': 'out-of-range',
  'off-step': 'out-of-range',
  'not-in-enum': 'not-in-enum',
  'no-time': 'time-wrong',
  'read-only': 'read-only',
  'write-only': 'write-only',
};

/**
 * Holds a command against its product's model.
 * @throws Refusal with the code of the first thing that is wrong; that something is not to be written at all comes before its value
 */
export function checkAsked(model: ProductModel, asked: Asked): void {
  const found = checkCommand(model, asked);
  if (typeof found === 'string') throw new Refusal('unreadable', `data: ${asked.service} is not in the model`);
  const wrong = found.find(({ flaw }) => flaw === 'read-only') ?? found[0];
  if (wrong) throw new Refusal(errorOf(wrong, asked), `${pathText(['data', ...wrong.path])}: ${wrong.message}`);
}

function errorOf({ flaw, path }: ParameterError, { parameters }: Asked): QuectelErrorName {
  if (flaw !== 'wrong-length') return FLAWS[flaw];
  return Array.isArray(valueAt(parameters, path)) ? 'too-many-items' : 'text-too-long';
}

function valueAt(value: Json, path: ParameterError['path']): Json | undefined {
  return path.reduce<Json | undefined>(
    (within, part) => (within as Readonly<Record<string | number, Json>> | undefined)?.[part],
    value,
  );
}

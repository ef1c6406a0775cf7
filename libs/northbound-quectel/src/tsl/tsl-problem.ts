import { isJsonObject, type Json, type JsonObject } from '@downlink/command-domain';
import { pathText } from '@downlink/northbound-kit';

/** A place in the document. */
export type TslPath = readonly (string | number)[];

/** The document cannot be taken because of what stands at this place. Never leaves the importer. */
export class TslProblem extends Error {
  override readonly name = 'TslProblem';
  readonly place: string;

  constructor(
    path: TslPath,
    readonly problem: string,
  ) {
    super(problem);
    this.place = pathText(path);
  }
}

export function objectAt(value: Json | undefined, path: TslPath): JsonObject {
  if (isJsonObject(value)) return value;
  throw new TslProblem(path, 'expected an object');
}

/** A list; none where it is left out. */
export function listAt(value: Json | undefined, path: TslPath): Json[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw new TslProblem(path, 'expected a list');
}

const MAX_CODE = 64;

/** An identifier (`code`). */
export function codeAt(value: Json | undefined, path: TslPath): string {
  if (typeof value === 'string' && value !== '' && value.length <= MAX_CODE) return value;
  throw new TslProblem(path, `expected a text of 1 to ${String(MAX_CODE)} characters`);
}

/** A number as such or as text; the vendor writes an empty text for none. */
export function numberAt(value: Json | undefined, path: TslPath): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new TslProblem(path, 'expected a number');
}

/** A whole number of at least `min`, or none. */
export function countAt(value: Json | undefined, min: number, path: TslPath): number | undefined {
  const number = numberAt(value, path);
  if (number === undefined || (Number.isSafeInteger(number) && number >= min)) return number;
  throw new TslProblem(path, `expected a whole number of at least ${String(min)}`);
}

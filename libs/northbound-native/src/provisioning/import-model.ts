import type { Json } from '@downlink/command-domain';
import type { ModelSource, NewProduct } from '@downlink/command-engine';
import { pathText, type ModelImporters } from '@downlink/northbound-kit';
import type { FieldError } from '../errors/problem.js';
import type { ProductEntry } from './schema.js';

/** The members of an entry that hold a vendor's own model. */
const FORMATS = { huaweiProfile: 'huawei', enosThingModel: 'enos', quectelTsl: 'quectel' } as const satisfies Partial<
  Record<keyof ProductEntry, ModelSource['format']>
>;

type Member = keyof typeof FORMATS;

export type EntryModel = Pick<NewProduct, 'model' | 'modelSource'>;

/**
 * The model of an entry in canonical words, from the one member that holds it; null when none does.
 * @param at path of the entry. @returns what is wrong with it by its path in place of the model
 */
export function importModel(
  entry: ProductEntry,
  importers: ModelImporters,
  at: readonly (string | number)[],
): EntryModel | FieldError {
  const given = (Object.keys(FORMATS) as Member[]).filter((member) => entry[member] !== undefined);
  const wrong = (member: string, message: string): FieldError => ({ path: pathText([...at, member]), message });
  const [member, second] = given;
  if (member === undefined) return { model: entry.model ?? null, modelSource: null };
  if (second !== undefined || entry.model !== undefined) return wrong(second ?? member, 'a product has one model');
  const format = FORMATS[member];
  const importer = importers[format];
  if (importer === undefined) return wrong(member, 'this process cannot read the format');
  const document = entry[member] as Json;
  const imported = importer(document);
  if (imported.ok) return { model: imported.model, modelSource: { format, document } };
  return { path: joined(pathText([...at, member]), imported.path), message: imported.problem };
}

function joined(path: string, inner: string): string {
  return inner === '' || inner.startsWith('[') ? `${path}${inner}` : `${path}.${inner}`;
}

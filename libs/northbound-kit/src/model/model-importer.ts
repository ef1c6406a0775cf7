import type { Json } from '@downlink/command-domain';
import type { ModelSource, ProductModel } from '@downlink/command-engine';

/** A vendor's own model in canonical words, or the place in it that cannot be said in them, `properties[3].dataType`. */
export type ImportedModel =
  | { readonly ok: true; readonly model: ProductModel }
  | { readonly ok: false; readonly path: string; readonly problem: string };

/** Pure, and takes any JSON: what is no such document is a problem with the path ''. Each vendor's room has its own. */
export type ModelImporter = (document: Json) => ImportedModel;

/** The importers that a process has been composed with. */
export type ModelImporters = Partial<Record<ModelSource['format'], ModelImporter>>;

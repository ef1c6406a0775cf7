import { isJsonObject, type Json, type JsonObject } from '@downlink/command-domain';
import type { Product } from '@downlink/command-engine';
import { name18n, type Name18n } from './wire/fields.js';

type Part = 'services' | 'measurepoints';

/** A name without translations. */
export function plainName(text: string): Name18n {
  return { defaultValue: text, i18nValue: {} };
}

/** What a service or measurement point is called by its thing model; its identifier where the model has no name for it. */
export function nameIn(product: Product | undefined, part: Part, identifier: string): Name18n {
  const entry = entriesOf(product, part)[identifier];
  const name = isJsonObject(entry) ? name18n.safeParse(entry['name']) : undefined;
  return name?.success === true ? name.data : plainName(identifier);
}

/** The services or measurement points whose name in this locale holds the text, whatever its case (EnOS: fuzzy inquiry). */
export function identifiersLike(product: Product | undefined, part: Part, like: NameLike): string[] {
  const text = like.text.toLowerCase();
  return identifiersOf(product, part).filter((identifier) => {
    const { defaultValue, i18nValue } = nameIn(product, part, identifier);
    return (i18nValue[like.locale] ?? defaultValue).toLowerCase().includes(text);
  });
}

export interface NameLike {
  /** `zh_CN`, `en_US`; where a name has no translation its default counts. */
  readonly locale: string;
  readonly text: string;
}

function identifiersOf(product: Product | undefined, part: Part): string[] {
  if (part === 'services') return product?.model?.services.map(({ id }) => id) ?? [];
  return product?.model?.properties?.map(({ name }) => name) ?? [];
}

function entriesOf(product: Product | undefined, part: Part): JsonObject {
  if (product?.modelSource?.format !== 'enos') return {};
  const document: Json = product.modelSource.document;
  const entries = isJsonObject(document) ? document[part] : undefined;
  return isJsonObject(entries) ? entries : {};
}

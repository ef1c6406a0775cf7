import type { DeviceQuery, Product } from '@downlink/command-engine';
import { invalidArgument } from '../errors/error-answer.js';
import { presencesOf } from '../from-registry.js';
import { modelIdOf } from '../model/thing-model.js';
import { attributesOfProduct } from '../attributes.js';
import { readExpression, type Condition, type Operator } from './expression.js';
import { plainName } from '../names.js';

/** @throws ErrorAnswer 99400 that says what of an expression is not supported or cannot be read */
function conditionsOf(expression: string | undefined): readonly Condition[] {
  if (expression === undefined || expression.trim() === '') return [];
  const read = readExpression(expression);
  if (!read.ok) throw invalidArgument('expression', read.problem);
  return read.conditions;
}

/** @throws ErrorAnswer 99400 unless the field is searched with one of these */
function textsOf({ field, operator, operands }: Condition, allowed: readonly Operator[]): string[] {
  if (allowed.includes(operator)) return operands.map(String);
  throw invalidArgument('expression', `${field} is not supported with "${operator}"`);
}

function notSupported({ field }: Condition) {
  return invalidArgument('expression', `${field} is not supported`);
}

const NAMES = ['=', 'in'] as const;

/**
 * The expression of Search Product: `productKey`, `modelId` (`=`, `in`) and `productName[.<locale>] like`, joined by `and`.
 * @returns whether a product is looked for
 */
export function productFilter(expression: string | undefined): (product: Product) => boolean {
  const tests = conditionsOf(expression).map(productTest);
  return (product) => tests.every((test) => test(product));
}

function productTest(condition: Condition): (product: Product) => boolean {
  const [field, locale] = condition.field.split('.', 2);
  if (condition.field === 'productKey') return isIn(textsOf(condition, NAMES), (product) => product.key);
  if (condition.field === 'modelId') return isIn(textsOf(condition, NAMES), modelIdOf);
  if (field !== 'productName') throw notSupported(condition);
  const [like = ''] = textsOf(condition, ['like']);
  return (product) => namesIn(product, locale).some((name) => name.toLowerCase().includes(like.toLowerCase()));
}

function isIn(wanted: readonly string[], of: (product: Product) => string | null): (product: Product) => boolean {
  return (product) => wanted.includes(of(product) ?? '');
}

/** Without a locale any name counts; where a name lacks the locale its default does. */
function namesIn(product: Product, locale: string | undefined): string[] {
  const { defaultValue, i18nValue } = attributesOfProduct(product).name ?? plainName(product.name);
  if (locale === undefined) return [defaultValue, ...Object.values(i18nValue)];
  return [i18nValue[locale] ?? defaultValue];
}

type DeviceFilter = Omit<DeviceQuery, 'applicationId' | 'offset' | 'limit'>;
type NameList = 'keys' | 'assetIds' | 'productKeys';

const LISTS: Readonly<Record<string, NameList>> = { deviceKey: 'keys', assetId: 'assetIds', productKey: 'productKeys' };

/**
 * The expression of Search Device: `productKey`, `deviceKey`, `assetId` (`=`, `in`), `status =` and `deviceName[.default] like`,
 * each once, joined by `and`. @throws ErrorAnswer 99400 that names anything else
 */
export function readDeviceFilter(expression: string | undefined): DeviceFilter {
  const conditions = conditionsOf(expression);
  const fields = conditions.map(({ field }) => field.split('.', 1)[0]);
  const twice = fields.find((field, place) => fields.indexOf(field) < place);
  if (twice !== undefined) throw invalidArgument('expression', `${twice} stands twice`);
  return Object.assign({}, ...conditions.map(devicePart)) as DeviceFilter;
}

function devicePart(condition: Condition): DeviceFilter {
  const { field } = condition;
  const list = Object.hasOwn(LISTS, field) ? LISTS[field] : undefined;
  if (list !== undefined) return { [list]: textsOf(condition, NAMES) };
  if (field === 'status') return { presences: presencesOf(textsOf(condition, ['='])[0]!) };
  if (field === 'deviceName' || field === 'deviceName.default') return { nameLike: textsOf(condition, ['like'])[0]! };
  throw notSupported(condition);
}

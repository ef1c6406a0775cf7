import { isJsonObject, type Json, type JsonObject } from '@downlink/command-domain';
import { INVOKE, type Parameter, type Product, type ProductModel, type ValueType } from '@downlink/command-engine';
import { attributesOfProduct } from '../attributes.js';
import { plainName } from '../names.js';

/**
 * By what name the product's model goes here: its own where it came from EnOS, or the one that the product was made with; else
 * that of the product. Null without a model.
 */
export function modelIdOf(product: Product): string | null {
  if (product.model === null) return null;
  const { modelId = null } = documentOf(product);
  const given = modelId ?? attributesOfProduct(product).modelId;
  return typeof given === 'string' && given !== '' ? given : product.key;
}

/** Where the model stands among those that it inherits from, `/root/model`; null without a model. */
export function modelIdPathOf(product: Product): string | null {
  const { modelIdPath = null } = documentOf(product);
  const modelId = modelIdOf(product);
  if (typeof modelIdPath === 'string' && modelId !== null) return modelIdPath;
  return modelId === null ? null : `/${modelId}`;
}

/** The product's model as EnOS shows it: what came from EnOS as it came, anything else in its words. */
export function thingModelOf(product: Product, orgId: string | null): JsonObject | null {
  const modelId = modelIdOf(product);
  if (product.model === null || modelId === null) return null;
  const plain = {
    modelIdPath: modelIdPathOf(product),
    name: plainName(product.name || modelId),
    desc: '',
    tags: {},
    attributes: {},
    events: {},
  };
  const shown = product.modelSource?.format === 'enos' ? documentOf(product) : inEnosWords(product.model);
  return { ...plain, ...shown, modelId, orgId };
}

function documentOf({ modelSource }: Product): JsonObject {
  const document: Json | undefined = modelSource?.format === 'enos' ? modelSource.document : undefined;
  return isJsonObject(document) ? document : {};
}

function inEnosWords({ services, properties = [] }: ProductModel): JsonObject {
  const calls = services.flatMap(({ id, methods }) =>
    methods.map(({ name, parameters = [], responses = [] }) => {
      const identifier = name === INVOKE ? id : `${id}.${name}`;
      return [
        identifier,
        { ...named(identifier), inputData: points(parameters), outputData: points(responses), callType: 'SYNC' },
      ] as const;
    }),
  );
  const measurepoints = properties.map((property) => [property.name, point(property)] as const);
  return { services: Object.fromEntries(calls), measurepoints: Object.fromEntries(measurepoints) };
}

function named(identifier: string): JsonObject {
  return { identifier, name: plainName(identifier), desc: '', tags: {} };
}

function points(parameters: readonly Parameter[]): JsonObject[] {
  return parameters.map(point);
}

function point(parameter: Parameter): JsonObject {
  const [dataType, definition] = typeOf(parameter);
  const unit = parameter.unit === undefined ? null : { unitId: parameter.unit, multiplier: 'ONE' };
  const dataDefinition = definition === null ? null : JSON.stringify(definition);
  return { ...named(parameter.name), dataType, dataDefinition, unit, required: parameter.required === true };
}

/** The nearest type of EnOS, with what it says of the values. */
function typeOf(type: ValueType): readonly [dataType: string, definition: object | null] {
  switch (type.type) {
    case 'integer':
    case 'decimal': {
      const { min, max, step } = type;
      return [type.type === 'integer' ? 'INT' : 'DOUBLE', definitionOf({ min, max, step })];
    }
    case 'boolean':
      return ['BOOL', null];
    case 'text':
      return ['STRING', definitionOf({ maxLength: type.maxLength })];
    case 'enum':
      return ['ENUM', enumOf(type.values)];
    case 'object':
      return ['STRUCT', { items: points(type.members) }];
    case 'array':
      return ['ARRAY', { itemType: typeOf(type.items)[0] }];
    case 'time':
    case 'any':
      return ['STRING', null];
  }
}

function definitionOf(members: Readonly<Record<string, number | undefined>>): object | null {
  return Object.values(members).some((value) => value !== undefined) ? members : null;
}

function enumOf(values: readonly (string | number)[]): object {
  const enumDesc = Object.fromEntries(values.map((value) => [String(value), plainName(String(value))]));
  return { enumType: values.every((value) => typeof value === 'number') ? 'INT' : 'STRING', enumDesc };
}

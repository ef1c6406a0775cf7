import type { ModelMethod, Parameter, Product, ProductModel, ValueType } from '@downlink/command-engine';
import type { CommandCapability, ParaCapability, PropertyCapability } from '../profile/capability-schema.js';
import type { ProfileService } from '../profile/read-profile.js';
import { profileOf } from './profile-identity.js';

/** Bounds are texts and the rest numbers, as the vendor's Java SDK reads them. */
interface TypedView {
  readonly dataType: string;
  readonly required: boolean;
  readonly min: string | null;
  readonly max: string | null;
  readonly step: number | null;
  readonly maxLength: number | null;
  readonly unit: string | null;
  readonly enumList: readonly string[] | null;
}

type ParaView = TypedView & { readonly paraName: string };

export interface ServiceCapabilityView {
  readonly serviceId: string;
  readonly serviceType: string;
  readonly option: string;
  readonly description: string | null;
  readonly commands: readonly {
    readonly commandName: string;
    readonly paras: readonly ParaView[];
    readonly responses: readonly { readonly responseName: string; readonly paras: readonly ParaView[] }[];
  }[];
  readonly properties: readonly (TypedView & { readonly propertyName: string; readonly method: string })[];
}

/**
 * What a device of this product can do (Huawei, Querying Service Capabilities of a Device): its profile as it was uploaded, or the
 * model in the vendor's words where it came in another form. A product that takes any command has none.
 */
export function capabilitiesOf(product: Product | undefined): readonly ServiceCapabilityView[] {
  if (!product?.model) return [];
  const profile = profileOf(product);
  return profile ? profile.services.map(serviceView) : product.model.services.map(serviceOfModel);
}

function serviceView({ serviceId, serviceType, option, ...service }: ProfileService): ServiceCapabilityView {
  return {
    serviceId,
    serviceType,
    option,
    description: service.description ?? null,
    commands: service.commands.map(commandView),
    properties: service.properties.map((property) => ({
      propertyName: property.propertyName,
      ...typedView(property),
      method: property.method,
    })),
  };
}

function commandView({ commandName, paras, responses }: CommandCapability) {
  return {
    commandName,
    paras: paras.map(paraView),
    responses: responses.map((response) => ({
      responseName: response.responseName,
      paras: response.paras.map(paraView),
    })),
  };
}

const paraView = (para: ParaCapability): ParaView => ({ paraName: para.paraName, ...typedView(para) });

function typedView(typed: Omit<ParaCapability, 'paraName'> | PropertyCapability): TypedView {
  const { dataType, required, min, max, step, maxLength, unit, enumList } = typed;
  return {
    dataType,
    required,
    min: min === undefined ? null : String(min),
    max: max === undefined ? null : String(max),
    step: step ?? null,
    maxLength: maxLength ?? null,
    unit: unit ?? null,
    enumList: enumList.length === 0 ? null : enumList.map(String),
  };
}

function serviceOfModel({ id, methods }: ProductModel['services'][number]): ServiceCapabilityView {
  return {
    serviceId: id,
    serviceType: id,
    option: 'Optional',
    description: null,
    commands: methods.map(commandOfMethod),
    properties: [],
  };
}

function commandOfMethod({ name, parameters = [], responses }: ModelMethod) {
  return {
    commandName: name,
    paras: parameters.map(paraOfParameter),
    responses: responses ? [{ responseName: `${name}_RSP`, paras: responses.map(paraOfParameter) }] : [],
  };
}

const DATA_TYPES: Readonly<Record<ValueType['type'], string>> = {
  integer: 'int',
  decimal: 'decimal',
  boolean: 'boolean',
  text: 'string',
  enum: 'string',
  time: 'DateTime',
  object: 'jsonObject',
  array: 'array',
  any: 'jsonObject',
};

function paraOfParameter(parameter: Parameter): ParaView {
  const number = parameter.type === 'integer' || parameter.type === 'decimal' ? parameter : undefined;
  return {
    paraName: parameter.name,
    dataType: DATA_TYPES[parameter.type],
    required: parameter.required ?? false,
    min: number?.min === undefined ? null : String(number.min),
    max: number?.max === undefined ? null : String(number.max),
    step: number?.step ?? null,
    maxLength: (parameter.type === 'text' ? parameter.maxLength : undefined) ?? null,
    unit: parameter.unit ?? null,
    enumList: parameter.type === 'enum' ? parameter.values.map(String) : null,
  };
}

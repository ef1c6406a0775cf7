import type { Json } from '@downlink/command-domain';
import type { ModelMethod, Parameter, ProductModel, Property } from '@downlink/command-engine';
import type { ImportedModel } from '@downlink/northbound-kit';
import type { CommandCapability, ParaCapability, PropertyCapability } from './capability-schema.js';
import { readProfile, type Profile, type ProfileService } from './read-profile.js';
import { valueTypeOf, type Typed } from './value-type.js';
import { WrongMember, type MemberPath } from './wrong-member.js';

/**
 * A device profile as a canonical model: services by their serviceId, commands as methods with parameters and the first of their
 * responses, properties by `serviceId.propertyName`. The document is `{ devicetype, servicetype }`, see readProfile. Pure.
 */
export function importHuaweiProfile(document: Json): ImportedModel {
  try {
    return { ok: true, model: modelOf(readProfile(document)) };
  } catch (error) {
    if (error instanceof WrongMember) return { ok: false, path: error.path, problem: error.problem };
    throw error;
  }
}

/** @throws WrongMember for a type that cannot be said in canonical words */
export function modelOf({ services }: Profile): ProductModel {
  return {
    services: services.map(({ serviceId, commands, path }) => ({
      id: serviceId,
      methods: commands.map((command, index) => methodOf(command, [...path, 'commands', index])),
    })),
    properties: services.flatMap(propertiesOf),
  };
}

function methodOf({ commandName, paras, responses }: CommandCapability, path: MemberPath): ModelMethod {
  const [response] = responses;
  return {
    name: commandName,
    parameters: paras.map((para, index) => parameterOf(para, [...path, 'paras', index])),
    ...(response && {
      responses: response.paras.map((para, index) => parameterOf(para, [...path, 'responses', 0, 'paras', index])),
    }),
  };
}

function parameterOf(para: ParaCapability, path: MemberPath): Parameter {
  return { ...typeOf(para, path), name: para.paraName, required: para.required, ...unitOf(para) };
}

/** Properties have one name space in the model, and one of their own in each service here. */
function propertiesOf({ serviceId, properties, path }: ProfileService): Property[] {
  return properties.map((property, index) => ({
    ...typeOf(property, [...path, 'properties', index]),
    name: `${serviceId}.${property.propertyName}`,
    access: accessOf(property.method),
    ...unitOf(property),
  }));
}

/** E: the device reports it, which is a way of being read. */
function accessOf(letters: PropertyCapability['method']): Property['access'] {
  const readable = /[RE]/i.test(letters);
  if (!/W/i.test(letters)) return 'read';
  return readable ? 'read-write' : 'write';
}

function typeOf(typed: Typed, path: MemberPath) {
  const found = valueTypeOf(typed);
  if ('wrong' in found) throw new WrongMember([...path, found.wrong.member], found.wrong.problem);
  return found.type;
}

const unitOf = ({ unit }: ParaCapability | PropertyCapability) => (unit === undefined ? {} : { unit });

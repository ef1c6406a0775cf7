import type { Json, JsonObject } from '@downlink/command-domain';
import { INVOKE, PROPERTIES, RAW, type Parameter, type ProductModel, type Property } from '@downlink/command-engine';
import type { ImportedModel } from '@downlink/northbound-kit';
import { readParameter, readParameters, refuseTwins } from './read-definitions.js';
import { codeAt, listAt, objectAt, TslProblem, type TslPath } from './tsl-problem.js';

const ACCESS: ReadonlyMap<Json | undefined, Property['access']> = new Map([
  ['R', 'read'],
  ['W', 'write'],
  ['RW', 'read-write'],
]);

/**
 * The canonical model of a TSL document (Quectel, Query Latest Product Thing Model; Thing Model: TSL file): properties with
 * their access, and each service with one method, `INVOKE`, that has its inputs and outputs. Numeric ids are kept as
 * `Parameter.number`. Events ask nothing of a device and are left out. Pure; of several problems the first is named.
 */
export function importQuectelTsl(document: Json): ImportedModel {
  try {
    return { ok: true, model: readModel(objectAt(document, [])) };
  } catch (error) {
    if (!(error instanceof TslProblem)) throw error;
    return { ok: false, path: error.place, problem: error.problem };
  }
}

function readModel(document: JsonObject): ProductModel {
  const definitions = listAt(document['properties'], ['properties']).map((item, place) =>
    objectAt(item, ['properties', place]),
  );
  const properties = definitions.map(readProperty);
  refuseTwins(properties, ['properties']);
  const resolve = referenceTo(properties);
  const services = listAt(document['services'], ['services']).map((item, place) =>
    readService(objectAt(item, ['services', place]), ['services', place], resolve),
  );
  refuseTwins(
    services.map(({ id }) => ({ name: id })),
    ['services'],
  );
  if (properties.length === 0 && services.length === 0)
    throw new TslProblem([], 'expected properties or services, or both');
  return { services, properties };
}

function readProperty(definition: JsonObject, place: number): Property {
  const path = ['properties', place];
  const access = ACCESS.get(definition['subType']);
  if (access === undefined) throw new TslProblem([...path, 'subType'], 'expected R, W or RW');
  return { ...readParameter(definition, path), access };
}

type Resolve = (reference: string, at: TslPath) => Parameter;

/** What `#/properties/id/9` means. */
function referenceTo(properties: readonly Property[]): Resolve {
  return (reference, at) => {
    const [, id] = /^#\/properties\/id\/(\d{1,10})$/.exec(reference) ?? [];
    const found = properties.find(({ number }) => number === Number(id));
    if (id === undefined || found === undefined) throw new TslProblem(at, 'refers to no property of this document');
    const { access: _, ...parameter } = found;
    return parameter;
  };
}

function readService(definition: JsonObject, path: TslPath, resolve: Resolve): ProductModel['services'][number] {
  const id = codeAt(definition['code'], [...path, 'code']);
  if (id === PROPERTIES || id === RAW)
    throw new TslProblem([...path, 'code'], `must not be ${id}, which has a meaning of ours`);
  const parameters = readParameters(definition['inputData'], [...path, 'inputData'], resolve);
  const responses = readParameters(definition['outputData'], [...path, 'outputData'], resolve);
  return { id, methods: [{ name: INVOKE, parameters, responses }] };
}

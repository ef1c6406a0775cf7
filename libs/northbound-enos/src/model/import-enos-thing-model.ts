import { isJsonObject, type Json, type JsonObject } from '@downlink/command-domain';
import { INVOKE, type ModelMethod, type ProductModel, type Property } from '@downlink/command-engine';
import { pathText, type ImportedModel } from '@downlink/northbound-kit';
import { readPoint, readPoints, readText } from './value-type.js';
import { WrongMember } from './wrong-member.js';

type Service = ProductModel['services'][number];

/**
 * A thing model as EnOS tells it (Get Thing Model, ThingModel Struct) in canonical words: each service has the one method
 * `invoke`, each measurement point is a property that can be read and written. Attributes and events are nothing that a command
 * can be about. Pure; of what is wrong the first is told, with its path.
 */
export function importEnosThingModel(document: Json): ImportedModel {
  try {
    return { ok: true, model: readModel(document) };
  } catch (error) {
    if (error instanceof WrongMember) return { ok: false, path: pathText(error.path), problem: error.problem };
    throw error;
  }
}

function readModel(document: Json): ProductModel {
  if (!isJsonObject(document)) throw new WrongMember([], 'expected an object');
  const services = entriesOf(document, 'services').map(([id, entry]) => readService(id, entry));
  const properties = entriesOf(document, 'measurepoints').map(([id, entry]): Property => {
    const { required: _, ...point } = readPoint({ identifier: id, ...entry }, ['measurepoints', id]);
    return { ...point, access: 'read-write' };
  });
  return { services, properties };
}

function readService(id: string, entry: JsonObject): Service {
  const method: ModelMethod = {
    name: INVOKE,
    parameters: readPoints(entry['inputData'], ['services', id, 'inputData']),
    responses: readPoints(entry['outputData'], ['services', id, 'outputData']),
  };
  return { id, methods: [method] };
}

/** The members of a map whose keys repeat what their entries are called; null and absent are none. */
function entriesOf(document: JsonObject, member: 'services' | 'measurepoints'): (readonly [string, JsonObject])[] {
  const entries = document[member] ?? null;
  if (entries === null) return [];
  if (!isJsonObject(entries)) throw new WrongMember([member], 'expected an object');
  return Object.entries(entries).map(([id, entry]) => {
    if (!isJsonObject(entry)) throw new WrongMember([member, id], 'expected an object');
    const { identifier = null } = entry;
    if (identifier !== null && readText(identifier, [member, id, 'identifier']) !== id) {
      throw new WrongMember([member, id, 'identifier'], 'differs from the key that it stands under');
    }
    return [id, entry] as const;
  });
}

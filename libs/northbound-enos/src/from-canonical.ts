import {
  isJsonObject,
  type AcceptedState,
  type CommandRequest,
  type Json,
  type JsonObject,
} from '@downlink/command-domain';
import { INVOKE, PROPERTIES, type Device, type Head, type Product } from '@downlink/command-engine';
import { attributesOfDevice } from './attributes.js';
import { nameIn, plainName } from './names.js';
import { enosState } from './status-map.js';
import type { CommandStruct } from './wire/command-struct.js';
import type { Name18n } from './wire/fields.js';
import { localTime } from './wire/local-time.js';

/** Whose a command is; the registry's words, as they are now. */
export interface Surroundings {
  readonly orgId: string | null;
  readonly device: Device;
  readonly product: Product | undefined;
}

/** A command as searches show it. */
export function searchedCommand({ commandId, state }: Head, { orgId, device, product }: Surroundings): CommandStruct {
  const { request, acceptedAt } = state;
  const local = localTime(acceptedAt, attributesOfDevice(device).timezone);
  const target = targetOf(request, product);
  return {
    commandId,
    orgId,
    productKey: device.productKey,
    deviceKey: device.key,
    assetId: device.assetId,
    createTime: acceptedAt,
    createLocaltime: local,
    createLocalTime: local,
    commandType: target.type,
    commandName: target.name,
    timeout: Math.round(request.policy.answerWithinMs / 1000),
    pendingTtl: request.mode === 'cached' ? Math.round(request.lifetimeMs / 1000) : 0,
    state: enosState(state.status),
    tslIdentifier: target.identifier,
    inputData: target.input,
    outputData: target.type === 1 ? null : outputOf(state),
  };
}

/** As all other calls show it: the time is text there. */
export function shownCommand(head: Head, around: Surroundings): CommandStruct {
  const struct = searchedCommand(head, around);
  return { ...struct, createTime: String(struct.createTime) };
}

interface Target {
  readonly type: 1 | 2;
  readonly identifier: string;
  readonly name: Name18n;
  readonly input: Json;
}

/** Commands of other dialects are said in EnOS' words as far as it has them; a method is named behind its service. */
function targetOf({ service, method, parameters }: CommandRequest, product: Product | undefined): Target {
  const names = Object.keys(parameters);
  if (service === PROPERTIES && method === 'write' && names.length === 1) {
    const [identifier] = names as [string];
    const input = parameters[identifier]!;
    return { type: 1, identifier, name: nameIn(product, 'measurepoints', identifier), input };
  }
  if (method === INVOKE) {
    return { type: 2, identifier: service, name: nameIn(product, 'services', service), input: parameters };
  }
  const identifier = `${service}.${method}`;
  return {
    type: service === PROPERTIES && method === 'write' ? 1 : 2,
    identifier,
    name: plainName(identifier),
    input: parameters,
  };
}

function outputOf(state: AcceptedState): JsonObject | null {
  return state.status === 'succeeded' || state.status === 'failed' ? outputData(state.result) : null;
}

/** A map or nothing: whatever else a device answers is put into one. */
export function outputData(result: Json): JsonObject | null {
  if (result === null) return null;
  return isJsonObject(result) ? result : { value: result };
}

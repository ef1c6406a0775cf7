import { isJsonObject, type CommandRequest, type Json, type JsonObject } from '@downlink/command-domain';
import { INVOKE, PROPERTIES, RAW, type Head, type Parameter, type ProductModel } from '@downlink/command-engine';
import { dmMembers } from './data/dm-data.js';
import { encodeMembers } from './data/encode-values.js';
import { sendStatus } from './status-map.js';
import type { HistoryRow } from './wire/action-result.js';

/** A command with what its row needs besides. */
export interface Told {
  readonly head: Head;
  readonly device: { readonly productKey: string; readonly deviceKey: string | null };
  /** The model that the command was checked against. */
  readonly model: ProductModel | null;
}

const READ = '0011';
const READ_ANSWER = '0012';
const WRITE = '0013';

/** The command as a line of the history: what was sent to the device, and how far that came. */
export function downRow(told: Told): HistoryRow {
  const { acceptedAt, sentAt, firstAttemptAt, status, request } = told.head.state;
  return {
    ...rowOf(told, 2),
    data: base64(dataOf(request, told.model)),
    sendStatus: sendStatus(status),
    sendTime: textOrNull(sentAt ?? firstAttemptAt),
    createTime: String(acceptedAt),
    updateTime: String(changedAt(told.head)),
    cmd: isRead(request) ? READ : isWrite(request) ? WRITE : null,
    dmData: dmDataOf(request, told.model),
    extData: { status },
  };
}

/** The device's answer to the command, under the same ticket; undefined while there is none. */
export function upRow(told: Told): HistoryRow | undefined {
  const { state } = told.head;
  if (state.status !== 'succeeded' && state.status !== 'failed') return undefined;
  const { request } = state;
  const types = responsesOf(request, told.model);
  const result = resultObject(state.result);
  const at = String(state.finishedAt);
  return {
    ...rowOf(told, 1),
    data: base64(JSON.stringify(encodeMembers(result, types))),
    sendStatus: 1,
    sendTime: at,
    createTime: at,
    updateTime: at,
    cmd: isRead(request) ? READ_ANSWER : null,
    dmData: JSON.stringify(dmMembers(result, types)),
    extData: state.status === 'failed' ? { status: state.status, code: state.code } : { status: state.status },
  };
}

function rowOf({ head, device }: Told, direction: 1 | 2) {
  return {
    id: null,
    deviceKey: device.deviceKey,
    deviceId: null,
    productId: null,
    direction,
    dataType: 'BASE64',
    ticket: head.commandId,
    productKey: device.productKey,
    sourceType: head.state.request.service === RAW ? 'RAW' : 'MODE',
    msgType: direction === 1 ? 'up' : 'down',
  } as const satisfies Partial<HistoryRow>;
}

/** The bytes that raw data stands for; otherwise the `data` text of the call, in the vendor's nested encoding. */
function dataOf({ service, method, parameters }: CommandRequest, model: ProductModel | null): Buffer | string {
  if (service === RAW) {
    const { encoding, data } = parameters;
    return Buffer.from(String(data), encoding === 'hex' ? 'hex' : 'utf8');
  }
  if (service === PROPERTIES) {
    return JSON.stringify(method === 'read' ? namesIn(parameters) : encodeMembers(parameters, model?.properties));
  }
  return JSON.stringify([{ [service]: encodeMembers(parameters, inputsOf({ service, method }, model)) }]);
}

function dmDataOf(request: CommandRequest, model: ProductModel | null): string | null {
  const { service, method, parameters } = request;
  if (service === RAW) return null;
  if (isRead(request)) {
    const numbers = new Map(model?.properties?.map(({ name, number }) => [name, number]));
    return JSON.stringify(namesIn(parameters).map((name) => String(numbers.get(String(name)) ?? name)));
  }
  if (isWrite(request)) return JSON.stringify(dmMembers(parameters, model?.properties));
  return JSON.stringify([{ id: service, value: dmMembers(parameters, inputsOf({ service, method }, model)) }]);
}

type Call = Pick<CommandRequest, 'service' | 'method'>;

/** What the device answers a call with, by the model. */
export function responsesOf({ service, method }: Call, model: ProductModel | null): readonly Parameter[] | undefined {
  return service === PROPERTIES ? model?.properties : methodOf({ service, method }, model)?.responses;
}

function inputsOf(call: Call, model: ProductModel | null): readonly Parameter[] | undefined {
  return methodOf(call, model)?.parameters;
}

function methodOf({ service, method }: Call, model: ProductModel | null) {
  return model?.services.find(({ id }) => id === service)?.methods.find(({ name }) => name === method);
}

/** A device may answer with anything; what is no object is shown as one. */
export function resultObject(result: Json): JsonObject {
  if (result === null) return {};
  return isJsonObject(result) ? result : { value: result };
}

function changedAt({ state }: Head): number {
  return state.finishedAt ?? state.deliveredAt ?? state.sentAt ?? state.lastAttemptAt ?? state.acceptedAt;
}

const isRead = ({ service, method }: Call): boolean => service === PROPERTIES && method === 'read';
const isWrite = ({ service, method }: Call): boolean => service === PROPERTIES && method === 'write';

/** Whether the device was called through a service of its thing model. */
export const isInvocation = ({ service, method }: Call): boolean => service !== RAW && method === INVOKE;

function namesIn({ names }: JsonObject): Json[] {
  return Array.isArray(names) ? names : [];
}

function base64(data: Buffer | string): string {
  return (typeof data === 'string' ? Buffer.from(data) : data).toString('base64');
}

function textOrNull(ms: number | null): string | null {
  return ms === null ? null : String(ms);
}

import type { AcceptedStatus, CommandId, EventType } from '@downlink/command-domain';
import { isCommandId } from './command-id.js';
import { isEventType } from './event-members.js';
import type { FactAnnotations, FactMessage } from './fact-message.js';
import { ACCEPTED_STATUS_NAMES } from './status-names.js';
import { UnreadableMessage } from './unreadable-message.js';

/** The version of the value's JSON. It changes when an old reader would misread a new record, never for an added member. */
export const FACT_SCHEMA = 2;
const READABLE: readonly number[] = [1, FACT_SCHEMA];

/** Whether this version can read records of that schema: 1 carried a new command's request twice, in the event and beside it. */
export function isReadableSchema(schema: number): boolean {
  return READABLE.includes(schema);
}

/** The names of the headers on the wire. Header values are UTF-8 text. */
export const FACT_HEADER = {
  type: 'type',
  commandId: 'command-id',
  version: 'version',
  application: 'application',
  status: 'status',
  callback: 'callback',
  waiter: 'waiter',
  traceparent: 'traceparent',
  schema: 'schema',
} as const;

/** What a consumer may know of a fact without parsing its value. */
export interface FactHeaders extends FactAnnotations {
  readonly type: EventType;
  readonly commandId: CommandId;
  readonly version: number;
  readonly application: string;
  /** The command's status after the event. */
  readonly status: AcceptedStatus;
  /** The format of the command's callback; absent when it has none. */
  readonly callback?: string;
}

/** The headers of a fact, as consumers see them. */
export function headersOf(fact: FactMessage, annotations: FactAnnotations = {}): FactHeaders {
  const { request } = fact;
  const waiter = annotations.waiter ?? request.waiter;
  return {
    type: fact.event.type,
    commandId: fact.commandId,
    version: fact.version,
    application: request.applicationId,
    status: fact.status,
    ...(request.callback === undefined ? {} : { callback: request.callback.format }),
    ...(waiter === undefined ? {} : { waiter }),
    ...(annotations.traceparent === undefined ? {} : { traceparent: annotations.traceparent }),
  };
}

/** The headers as they stand on the wire. */
export function writeFactHeaders(headers: FactHeaders): Record<string, string> {
  const { waiter, traceparent, callback } = headers;
  return {
    [FACT_HEADER.type]: headers.type,
    [FACT_HEADER.commandId]: headers.commandId,
    [FACT_HEADER.version]: String(headers.version),
    [FACT_HEADER.application]: headers.application,
    [FACT_HEADER.status]: headers.status,
    ...(callback === undefined ? {} : { [FACT_HEADER.callback]: callback }),
    ...(waiter === undefined ? {} : { [FACT_HEADER.waiter]: waiter }),
    ...(traceparent === undefined ? {} : { [FACT_HEADER.traceparent]: traceparent }),
    [FACT_HEADER.schema]: String(FACT_SCHEMA),
  };
}

/**
 * Reads the headers of a record.
 * @throws UnreadableMessage when one is missing or wrong, or the schema is not one that this version knows
 */
export function readFactHeaders(wire: Readonly<Record<string, string | undefined>>): FactHeaders {
  const text = (name: string): string => {
    const value = wire[name];
    if (value === undefined) throw new UnreadableMessage(`header ${name}`, 'missing');
    return value;
  };
  const schema = text(FACT_HEADER.schema);
  if (!isReadableSchema(Number(schema))) throw new UnreadableMessage('header schema', `unknown: ${schema}`);
  const {
    [FACT_HEADER.callback]: callback,
    [FACT_HEADER.waiter]: waiter,
    [FACT_HEADER.traceparent]: traceparent,
  } = wire;
  return {
    type: checked(text(FACT_HEADER.type), isEventType, 'header type'),
    commandId: checked(text(FACT_HEADER.commandId), isCommandId, 'header command-id'),
    version: Number(checked(text(FACT_HEADER.version), isVersion, 'header version')),
    application: text(FACT_HEADER.application),
    status: checked(text(FACT_HEADER.status), isAcceptedStatus, 'header status'),
    ...(callback === undefined ? {} : { callback }),
    ...(waiter === undefined ? {} : { waiter }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

function checked<T extends string>(value: string, is: (value: string) => value is T, path: string): T {
  if (!is(value)) throw new UnreadableMessage(path, `unknown: ${value.slice(0, 100)}`);
  return value;
}

const isVersion = (value: string): value is `${number}` => /^[1-9]\d{0,8}$/.test(value);
const isAcceptedStatus = (value: string): value is AcceptedStatus => Object.hasOwn(ACCEPTED_STATUS_NAMES, value);

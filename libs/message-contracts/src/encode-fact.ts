import { requestJson, type CommandEvent } from '@downlink/command-domain';
import { FACT_SCHEMA, headersOf, writeFactHeaders } from './fact-headers.js';
import type { EncodedFact, FactAnnotations, FactMessage } from './fact-message.js';

/**
 * A fact as a record: key = device id, headers to decide by without parsing, value = JSON of schema 2, in which the
 * request stands once. The same fact gives the same bytes; event and request keep the order of their members.
 */
export function encodeFact(fact: FactMessage, annotations: FactAnnotations = {}): EncodedFact {
  const { commandId, version, lanePosition, statusBefore, status, event, request } = fact;
  const { deviceId } = request;
  return {
    key: deviceId,
    headers: writeFactHeaders(headersOf(fact, annotations)),
    value:
      `{"schema":${FACT_SCHEMA},"commandId":"${commandId}","version":${version},"deviceId":${JSON.stringify(deviceId)},` +
      `"lanePosition":${lanePosition},"statusBefore":"${statusBefore}","status":"${status}",` +
      `"event":${eventJson(event)},"request":${requestJson(request)}}`,
  };
}

function eventJson(event: CommandEvent): string {
  return JSON.stringify(event.type === 'CommandAccepted' ? { ...event, request: undefined } : event);
}

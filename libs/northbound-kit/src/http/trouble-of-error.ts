import { HttpException } from '@nestjs/common';
import { isFault, type Fault } from '@downlink/command-engine';
import { BODY_LIMIT, MalformedBody } from '../body/read-json.js';
import type { Trouble } from '../dialect/dialect.js';
import { TroubleError } from '../dialect/trouble-error.js';

/**
 * What an error means to the caller. Whatever is not known is our fault, never the caller's.
 * @param bodyLimit what a body could have had where the error happened, in bytes
 */
export function troubleOfError(error: unknown, bodyLimit = BODY_LIMIT): Trouble {
  if (error instanceof TroubleError) return error.trouble;
  if (error instanceof MalformedBody) return { kind: 'malformed', detail: error.message };
  if (isFault(error)) return troubleOfFault(error);
  const status = clientErrorOf(error);
  switch (status) {
    case undefined:
      return { kind: 'broken' };
    case 404:
    case 405:
      return { kind: 'no-such-route' };
    case 413:
      return { kind: 'too-large', limit: bodyLimit };
    case 415:
      return { kind: 'unsupported-media-type' };
    default:
      return { kind: 'malformed', detail: 'the request cannot be read' };
  }
}

/** `store-refused`: the database refuses the data itself, so the data are to blame and not the server. */
function troubleOfFault({ code, retryable }: Fault): Trouble {
  if (code === 'store-refused') return { kind: 'malformed', detail: 'the data cannot be stored' };
  return { kind: retryable ? 'unavailable' : 'broken' };
}

/** The 4xx that the framework or the HTTP server gave it; undefined for everything else. */
function clientErrorOf(error: unknown): number | undefined {
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | undefined)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

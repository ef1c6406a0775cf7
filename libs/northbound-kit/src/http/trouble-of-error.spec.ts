import { describe, expect, it } from '@jest/globals';
import { BadRequestException, NotFoundException } from '@nestjs/common';
import { Fault } from '@downlink/command-engine';
import { MalformedBody } from '../body/read-json.js';
import { troubleOfError } from './trouble-of-error.js';

describe('what an error means to the caller', () => {
  it.each<[string, unknown, string]>([
    ['a body that cannot be read', new MalformedBody('x'), 'malformed'],
    ['a bad request of the framework', new BadRequestException(), 'malformed'],
    ['an error of the HTTP server with a 4xx', Object.assign(new Error('x'), { statusCode: 400 }), 'malformed'],
    ['data that the database refuses', new Fault('store-refused', 'x', { retryable: false }), 'malformed'],
    ['an unknown path', new NotFoundException(), 'no-such-route'],
    ['another content type', Object.assign(new Error('x'), { statusCode: 415 }), 'unsupported-media-type'],
    ['a body over the limit', Object.assign(new Error('x'), { statusCode: 413 }), 'too-large'],
    ['a store that is away', new Fault('store-unavailable', 'x', { retryable: true }), 'unavailable'],
    ['a fault that waiting does not mend', new Fault('secrets-key', 'x', { retryable: false }), 'broken'],
    ['an error of ours', new TypeError('x'), 'broken'],
    ['an error with a 5xx', Object.assign(new Error('x'), { statusCode: 502 }), 'broken'],
    ['something thrown that is no error', 'x', 'broken'],
    ['nothing', undefined, 'broken'],
  ])('%s', (_, error, kind) => expect(troubleOfError(error).kind).toBe(kind));
});

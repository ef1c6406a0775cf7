import type { z } from 'zod';
import { read } from './read.js';

/**
 * Reads the body of a registration. @throws ErrorAnswer as its error table has it: 100007 when something mandatory is missing,
 * 100003 for a wrong verification code, 50400 for anything else
 */
export function readRegistration<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  return read(schema, body, ({ path, input }) => {
    if (path.at(-1) === 'verifyCode') return 'verify-code-invalid';
    return input === undefined || input === null || path.length === 0 ? 'member-missing' : 'registration-invalid';
  });
}

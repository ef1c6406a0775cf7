import { z } from 'zod';

/** The vendors' clients send optional members as `null`, which means absent. */
export const optional = <T extends z.ZodType>(field: T) => field.nullish().transform((value) => value ?? undefined);

/** What the vendors' clients write for a number that fits into 31 bits. */
const DIGITS = /^\d{1,10}$/;

/** A whole number within [min, max], as a number or, as the vendors' clients send it, as its digits. */
export const wholeNumber = (min: number, max: number, digits = DIGITS) =>
  z.unknown().transform((value, context): number => {
    const number = typeof value === 'string' && digits.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max) return number;
    context.addIssue({ code: 'custom', message: `expected a whole number from ${String(min)} to ${String(max)}` });
    return z.NEVER;
  });

/** Whether a text is an absolute http or https URL. */
export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

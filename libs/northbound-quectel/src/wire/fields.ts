import { isHttpUrl, wholeNumber } from '@downlink/northbound-kit';
import { z } from 'zod';

export { optional } from '@downlink/northbound-kit';

/** A text of at most `max` characters; an empty one is for the caller to judge. */
export const text = (max: number) => z.string().max(max);

/** A whole number within [min, max], as a number or as its digits (several members are typed `object` in the documents). */
export const integer = (min: number, max: number) => wholeNumber(min, max, /^-?\d{1,16}$/);

export const flag = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean({ error: 'expected true or false' }),
);

/** An optional query parameter: `deviceKey=` means that it is absent. */
export const optionalQuery = <T extends z.ZodType>(field: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), field.optional());

/** An absolute http or https URL of at most 1024 characters. */
export const callbackUrl = z.string().max(1024).refine(isHttpUrl, { message: 'expected an http or https URL' });

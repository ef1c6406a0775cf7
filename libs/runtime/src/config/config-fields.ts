import { z } from 'zod';

/** A field read from the text of one environment variable. Add `.default(value)` or `.optional()` where it may be missing. */
export type ConfigField<T> = z.ZodType<T>;

const MS_PER_UNIT: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const FLAGS: Record<string, boolean> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};

/** `parse` gives undefined for text that does not fit; `expected` completes the sentence "expected …". */
function fieldOf<T>(expected: string, parse: (text: string) => T | undefined): ConfigField<T> {
  const message = `expected ${expected}`;
  return z.string({ error: message }).transform((text, context): T => {
    const value = parse(text.trim());
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

function parseInteger(text: string, min: number, max: number): number | undefined {
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) && value >= min && value <= max ? value : undefined;
}

/** A whole number within [min, max]; `default` where the variable is not set. */
export function integer(range: { min?: number; max?: number; default?: number } = {}): ConfigField<number> {
  const min = range.min ?? Number.MIN_SAFE_INTEGER;
  const max = range.max ?? Number.MAX_SAFE_INTEGER;
  const from = range.min === undefined ? '' : ` from ${min}`;
  const to = range.max === undefined ? '' : ` up to ${max}`;
  const field = fieldOf(`a whole number${from}${to}`, (text) => parseInteger(text, min, max));
  return range.default === undefined ? field : field.default(range.default);
}

/** A TCP port, 0 to 65535; 0 lets the system choose a free one. */
export function port(): ConfigField<number> {
  return fieldOf('a port number from 0 to 65535', (text) => parseInteger(text, 0, 65_535));
}

/** A length of time: "250", "250ms", "1.5s", "5m", "2h", "7d". In milliseconds; a bare number is milliseconds already. */
export function durationMs(): ConfigField<number> {
  return fieldOf('a duration such as 250ms, 10s, 5m, 2h or 7d', (text) => {
    const [, amount, unit = 'ms'] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/.exec(text) ?? [];
    return amount === undefined ? undefined : Math.round(Number(amount) * (MS_PER_UNIT[unit] ?? 1));
  });
}

/** true, yes, on, 1 or false, no, off, 0, in any case. Anything else is refused rather than taken for false. */
export function booleanFlag(): ConfigField<boolean> {
  return fieldOf('true or false', (text) => FLAGS[text.toLowerCase()]);
}

/** An absolute URL, given as it was written. `protocols` (without the colon, e.g. `['http', 'https']`) limits which are taken. */
export function url(options: { protocols?: readonly string[] } = {}): ConfigField<string> {
  const { protocols } = options;
  const example = protocols ? `a URL that begins with ${protocols.map((p) => `${p}://`).join(' or ')}` : 'a URL';
  return fieldOf(example, (text) => {
    if (!URL.canParse(text)) return undefined;
    const protocol = new URL(text).protocol.slice(0, -1);
    return protocols && !protocols.includes(protocol) ? undefined : text;
  });
}

/** Values separated by commas, blanks around them ignored; at least one. */
export function list(): ConfigField<readonly string[]> {
  return fieldOf('values separated by commas', (text) => {
    const items = text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
    return items.length > 0 ? Object.freeze(items) : undefined;
  });
}

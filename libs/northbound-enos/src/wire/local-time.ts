/** `+08:00`, `-05:30`: an offset from UTC, at most 14 hours. */
const OFFSET = /^([+-])(0\d|1[0-4]):([0-5]\d)$/;
const LOCAL = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{3})?)$/;
const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const MINUTE_MS = 60_000;

/** Whether it is a timezone as EnOS takes them: an offset from UTC, or an IANA name (blanks around its slash are read over). */
export function isTimezone(text: string): boolean {
  if (OFFSET.test(text)) return true;
  try {
    clockOf(text);
    return /^[A-Za-z]/.test(text);
  } catch {
    // RangeError: Intl knows no such zone.
    return false;
  }
}

/** ms since 1970 as `YYYY-MM-DD HH:mm:ss` on the clock of that timezone. */
export function localTime(ms: number, timezone: string): string {
  return new Date(ms + offsetMs(ms, timezone)).toISOString().slice(0, 19).replace('T', ' ');
}

/**
 * The instant (ms since 1970) that a text names: `2019-04-17T02:30:00Z`, or the local `2019-04-17 10:30:00[.000]` of that
 * timezone. Undefined when it names none. An hour that a change of clocks skips or repeats is read with one of its offsets.
 */
export function readTime(text: string, timezone: string): number | undefined {
  if (UTC.test(text)) return existing(text, text.slice(0, 10));
  const [, day, time] = LOCAL.exec(text) ?? [];
  if (day === undefined || time === undefined) return undefined;
  const asUtc = existing(`${day}T${time}Z`, day);
  if (asUtc === undefined) return undefined;
  const guess = asUtc - offsetMs(asUtc, timezone);
  return asUtc - offsetMs(guess, timezone);
}

/** JavaScript reads 30 February as 2 March. */
function existing(iso: string, day: string): number | undefined {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) || !new Date(Date.parse(day)).toISOString().startsWith(day) ? undefined : ms;
}

function offsetMs(ms: number, timezone: string): number {
  const [, sign, hours, minutes] = OFFSET.exec(timezone) ?? [];
  if (sign !== undefined) return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  const at = Object.fromEntries(
    clockOf(timezone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const local = Date.UTC(at['year']!, at['month']! - 1, at['day'], at['hour'], at['minute'], at['second']);
  return local - (ms - (((ms % 1000) + 1000) % 1000));
}

/** Made once for each of the some 600 zones; by their names in small letters, of which there are no more. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(name: string): Intl.DateTimeFormat {
  const timeZone = name.replace(/\s*\/\s*/g, '/');
  const known = clocks.get(timeZone.toLowerCase());
  if (known !== undefined) return known;
  const numeric = 'numeric' as const;
  const fields = { year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric };
  const clock = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', calendar: 'gregory', ...fields });
  clocks.set(timeZone.toLowerCase(), clock);
  return clock;
}

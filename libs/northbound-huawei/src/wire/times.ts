/** The vendor's times: `yyyyMMdd'T'HHmmss'Z'`, UTC. */
const FORMAT = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/** ms since 1970 as the vendor writes it; the part of the second is cut off. */
export function wireTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** Null stays null: the time of what has not happened. */
export function wireTimeOrNull(ms: number | null): string | null {
  return ms === null ? null : wireTime(ms);
}

/** The first millisecond of the second that the text names; undefined when it names none (30 February, 25 o'clock). */
export function readWireTime(text: string): number | undefined {
  const [, year, month, day, hour, minute, second] = FORMAT.exec(text) ?? [];
  if (year === undefined) return undefined;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) || wireTime(ms) !== text ? undefined : ms;
}

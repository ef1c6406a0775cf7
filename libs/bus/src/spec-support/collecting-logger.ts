import type { BusLogger } from '../bus-logger.js';

export interface CollectingLogger extends BusLogger {
  readonly lines: { level: string; message: string; details: object }[];
  count(message: string): number;
}

/** Keeps what operators would read; debugging lines are dropped. */
export function collectingLogger(): CollectingLogger {
  const lines: CollectingLogger['lines'] = [];
  const at =
    (level: string) =>
    (details: object, message: string): void =>
      void lines.push({ level, message, details });
  return {
    lines,
    count: (text) => lines.filter(({ message }) => message.includes(text)).length,
    debug() {},
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  };
}

import type { CommandId } from '@downlink/command-domain';

/** 19 decimal digits. */
export function isCommandId(value: unknown): value is CommandId {
  return typeof value === 'string' && /^\d{19}$/.test(value);
}

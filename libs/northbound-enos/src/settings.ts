export interface EnosSettings {
  /** Queued commands that a device may have; code 11902 beyond (EnOS, Issuing Commands). */
  readonly laneCap: number;
  /** Life of an access token, in ms. */
  readonly accessTokenMs: number;
  /** How far a caller's clock may be away from ours, in ms, on either side. */
  readonly clockSkewMs: number;
}

/** The vendor's numbers: 50 cached commands a device, tokens of two hours. The clock's ten minutes are ours. */
export const ENOS_DEFAULTS: EnosSettings = { laneCap: 50, accessTokenMs: 7_200_000, clockSkewMs: 600_000 };

/** What an installation may replace; whatever is left out keeps the vendor's number. */
export type EnosOptions = Partial<EnosSettings>;

export function enosSettings(options: EnosOptions = {}): EnosSettings {
  return { ...ENOS_DEFAULTS, ...options };
}

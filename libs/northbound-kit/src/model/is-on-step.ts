/**
 * Whether a value is a whole number of steps away from `from`. Counted in decimals, as people write models: 0.3 is three steps of
 * 0.1, and from -4,294,967,295 in steps of 0.1 there is a 1.3 and no 1.35, which binary fractions cannot tell. Digits beyond the
 * 15th are what a sum in binary leaves behind (0.1 + 0.2), and do not count.
 */
export function isOnStep(value: number, from: number, step: number): boolean {
  const parts = [value, from, step].map(inDecimals);
  const scale = Math.max(...parts.map(({ decimals }) => decimals));
  const [v = 0n, f = 0n, s = 0n] = parts.map(({ digits, decimals }) => digits * 10n ** BigInt(scale - decimals));
  return s === 0n || (v - f) % s === 0n;
}

interface Decimal {
  readonly digits: bigint;
  /** How many of the digits stand behind the point. */
  readonly decimals: number;
}

function inDecimals(value: number): Decimal {
  const rounded = Number.isInteger(value) ? value : Number(value.toPrecision(15));
  const [mantissa = '', exponent = '0'] = String(rounded).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = BigInt(whole + fraction);
  const decimals = fraction.length - Number(exponent);
  return decimals >= 0 ? { digits, decimals } : { digits: digits * 10n ** BigInt(-decimals), decimals: 0 };
}

/** A number as it travels: `unscaled` · 10^-`decimals`. */
export interface Decimal {
  readonly unscaled: bigint;
  /** 0..15 */
  readonly decimals: number;
}

const mostDecimals = 15;
const beyond = 1n << 64n;

/** The number, exactly; undefined where 64 bits and 15 decimals do not hold it. */
export function toDecimal(value: number): Decimal | undefined {
  if (!Number.isFinite(value)) return undefined;
  const [, sign = '', first = '', rest = '', exponent = ''] =
    /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(value.toExponential()) ?? [];
  const scale = rest.length - Number(exponent);
  if (scale > mostDecimals || scale < -mostDecimals - 5) return undefined;
  const magnitude = BigInt(first + rest) * 10n ** BigInt(Math.max(0, -scale));
  if (magnitude >= beyond) return undefined;
  return { unscaled: sign === '-' ? -magnitude : magnitude, decimals: Math.max(0, scale) };
}

/** As a number where one holds it exactly, else as decimal digits. */
export function fromDecimal({ unscaled, decimals }: Decimal): number | string {
  const text = spell(unscaled, decimals);
  const value = Number(text);
  const back = toDecimal(value);
  return back !== undefined && spell(back.unscaled, back.decimals) === text ? value : text;
}

function spell(unscaled: bigint, decimals: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(decimals + 1, '0');
  const fraction = decimals === 0 ? '' : digits.slice(-decimals).replace(/0+$/, '');
  const whole = decimals === 0 ? digits : digits.slice(0, -decimals);
  return `${unscaled < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

import { invalidArgument } from '../errors/error-answer.js';
import type { NameLike } from '../names.js';
import { readExpression, type Condition, type Operand } from './expression.js';
import { readTime } from './local-time.js';
import type { SearchBody } from './search.js';

/** What commands are searched by, read but not yet in canonical words. */
export interface CommandFilter {
  /** 1 to 7. */
  readonly states: readonly number[];
  readonly names: readonly NameLike[];
  /** ms since 1970, inclusive. */
  readonly from: number | undefined;
  /** ms since 1970, exclusive. */
  readonly until: number | undefined;
}

/**
 * The expression of Search Command: `state =`; `commandName.<locale> like`; `createTime` with `>`, `>=`, `=`, `<=`, `<`, in the
 * device's timezone unless it says otherwise; joined by `and`.
 * @throws ErrorAnswer 99400 that names what is not supported or cannot be read
 */
export function readCommandFilter(expression: string | undefined, timezone: string): CommandFilter {
  if (expression === undefined || expression.trim() === '')
    return { states: [], names: [], from: undefined, until: undefined };
  const read = readExpression(expression);
  if (!read.ok) throw refused(read.problem);
  const bounds = read.conditions.filter(({ field }) => field === 'createTime').map((one) => boundsOf(one, timezone));
  const known = read.conditions.filter(({ field }) => field !== 'createTime');
  return {
    states: known.filter(({ field }) => field === 'state').map(stateOf),
    names: known.filter(({ field }) => field !== 'state').map(nameOf),
    from: outermost(
      bounds.map(({ from }) => from),
      Math.max,
    ),
    until: outermost(
      bounds.map(({ until }) => until),
      Math.min,
    ),
  };
}

/** Which end of time comes first. @throws ErrorAnswer 99400 for any other order than that of `createTime` */
export function readCommandOrder({ pagination }: SearchBody): 'newest' | 'oldest' {
  const sorter = pagination?.sorters?.[0];
  if (sorter === undefined) return 'newest';
  // The vendor's own answers call the field createDate.
  if (sorter.field === 'createTime' || sorter.field === 'createDate')
    return sorter.order === 'DESC' ? 'newest' : 'oldest';
  throw invalidArgument('pagination', `sorters: only createTime is supported, and not "${sorter.field}"`);
}

function stateOf({ operator, operands }: Condition): number {
  const state = Number(operands[0]);
  if (operator !== '=') throw refused(`state is only supported with "=", and not with "${operator}"`);
  if (!Number.isInteger(state) || state < 1 || state > 7) throw refused('state: expected a whole number from 1 to 7');
  return state;
}

const NAME_FIELD = /^commandName\.(?<locale>[A-Za-z]{2,3}(?:[_-][A-Za-z]{2,4})?)$/;

function nameOf({ field, operator, operands }: Condition): NameLike {
  const locale = NAME_FIELD.exec(field)?.groups?.['locale'];
  if (locale === undefined && field.split('.', 1)[0] !== 'commandName') throw refused(`${field} is not supported`);
  if (locale === undefined) throw refused('commandName: a locale is missing, as in commandName.en_US');
  if (operator !== 'like') throw refused(`commandName is only supported with "like", and not with "${operator}"`);
  return { locale, text: String(operands[0]) };
}

interface Bounds {
  readonly from?: number;
  readonly until?: number;
}

function boundsOf({ operator, operands }: Condition, timezone: string): Bounds {
  const { at, wide } = instantOf(operands[0]!, timezone);
  switch (operator) {
    case '>':
      return { from: at + 1 };
    case '>=':
      return { from: at };
    case '<':
      return { until: at };
    case '<=':
      return { until: at + wide };
    case '=':
      return { from: at, until: at + wide };
    default:
      throw refused(`createTime is not supported with "${operator}"`);
  }
}

/** The first millisecond that a value names, and how many it names: a text without milliseconds is a whole second. */
function instantOf(operand: Operand, timezone: string): { at: number; wide: number } {
  const digits = typeof operand === 'number' || /^\d{1,15}$/.test(operand);
  const at = digits ? Number(operand) : readTime(operand, timezone);
  if (at === undefined || !Number.isInteger(at) || at < 0)
    throw refused('createTime: expected a time like 2019-04-17 10:30:00');
  return { at, wide: digits || /\.\d{3}$/.test(String(operand)) ? 1 : 1000 };
}

function outermost(values: readonly (number | undefined)[], pick: (...values: number[]) => number): number | undefined {
  const given = values.filter((value) => value !== undefined);
  return given.length === 0 ? undefined : pick(...given);
}

function refused(problem: string) {
  return invalidArgument('expression', problem);
}

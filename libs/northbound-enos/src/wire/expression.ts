/** A value of an expression: a number as it is, a text without its quotes. */
export type Operand = string | number;

export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | 'like' | 'in';

/** One condition: `state = 1`, `modelId in ('a', 'b')`. */
export interface Condition {
  readonly field: string;
  readonly operator: Operator;
  /** One operand; any number for `in`. */
  readonly operands: readonly Operand[];
}

/** Either all conditions, which hold together (`and`), or what stands in the way. */
export type ReadExpression =
  { readonly ok: true; readonly conditions: readonly Condition[] } | { readonly ok: false; readonly problem: string };

const MAX_LENGTH = 1024;
const MAX_CONDITIONS = 20;

/** Quotes of three kinds: the vendor's samples use all of them. */
const TOKEN =
  /\s*(?:(?<text>'[^']*'|"[^"]*"|‘[^’]*’)|(?<number>-?\d+(?:\.\d+)?)(?![\w.])|(?<word>[A-Za-z_][\w.-]*)|(?<sign>>=|<=|!=|=|>|<|\(|\)|,))/uy;

type Token =
  | { readonly kind: 'operand'; readonly value: Operand }
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'sign'; readonly text: string }
  | { readonly kind: 'end'; readonly text: '' };

class Unreadable extends Error {}

/**
 * Reads a query expression (EnOS, How to use expression) as far as the calls here have it: conditions joined by `and`. Which
 * fields and operators a call takes is the call's own rule. Pure.
 */
export function readExpression(text: string): ReadExpression {
  try {
    return { ok: true, conditions: readConditions(new Tokens(text)) };
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, problem: error.message };
    throw error;
  }
}

function readConditions(tokens: Tokens): Condition[] {
  const conditions = [readCondition(tokens)];
  while (tokens.next.kind !== 'end') {
    const joint = tokens.take();
    if (!isWord(joint, 'and')) throw new Unreadable(`${nameOf(joint)} is not supported where "and" is expected`);
    conditions.push(readCondition(tokens));
    if (conditions.length > MAX_CONDITIONS) throw new Unreadable(`more than ${MAX_CONDITIONS} conditions`);
  }
  return conditions;
}

function readCondition(tokens: Tokens): Condition {
  const field = tokens.take();
  if (field.kind !== 'word') throw new Unreadable(`${nameOf(field)} where a field is expected`);
  const operator = readOperator(tokens.take());
  return { field: field.text, operator, operands: operator === 'in' ? readList(tokens) : [readOperand(tokens)] };
}

const OPERATORS: readonly string[] = ['=', '!=', '>', '>=', '<', '<=', 'like', 'in'] satisfies Operator[];

function readOperator(token: Token): Operator {
  const text = token.kind === 'operand' ? '' : token.text.toLowerCase();
  if (OPERATORS.includes(text)) return text as Operator;
  throw new Unreadable(`${nameOf(token)} where an operator is expected`);
}

function readList(tokens: Tokens): Operand[] {
  tokens.expect('(');
  const operands = [readOperand(tokens)];
  while (tokens.next.kind === 'sign' && tokens.next.text === ',') {
    tokens.take();
    operands.push(readOperand(tokens));
  }
  tokens.expect(')');
  return operands;
}

function readOperand(tokens: Tokens): Operand {
  const token = tokens.take();
  if (token.kind === 'operand') return token.value;
  throw new Unreadable(`${nameOf(token)} where a value is expected`);
}

function isWord(token: Token, word: string): boolean {
  return token.kind === 'word' && token.text.toLowerCase() === word;
}

function nameOf(token: Token): string {
  if (token.kind === 'end') return 'the end';
  return token.kind === 'operand' ? 'a value' : `"${token.text.slice(0, 64)}"`;
}

class Tokens {
  private at = 0;
  private ahead: Token;

  constructor(private readonly text: string) {
    if (text.length > MAX_LENGTH) throw new Unreadable(`more than ${MAX_LENGTH} characters`);
    this.ahead = this.read();
  }

  get next(): Token {
    return this.ahead;
  }

  take(): Token {
    const token = this.ahead;
    this.ahead = token.kind === 'end' ? token : this.read();
    return token;
  }

  expect(sign: string): void {
    const token = this.take();
    if (token.kind !== 'sign' || token.text !== sign)
      throw new Unreadable(`${nameOf(token)} where "${sign}" is expected`);
  }

  private read(): Token {
    TOKEN.lastIndex = this.at;
    const found = TOKEN.exec(this.text)?.groups;
    if (found === undefined) return this.atEnd();
    this.at = TOKEN.lastIndex;
    if (found['text'] !== undefined) return { kind: 'operand', value: found['text'].slice(1, -1) };
    if (found['number'] !== undefined) return { kind: 'operand', value: Number(found['number']) };
    return found['word'] === undefined
      ? { kind: 'sign', text: found['sign'] ?? '' }
      : { kind: 'word', text: found['word'] };
  }

  private atEnd(): Token {
    if (this.text.slice(this.at).trim() === '') return { kind: 'end', text: '' };
    throw new Unreadable(`character ${this.at + 1} cannot be read`);
  }
}

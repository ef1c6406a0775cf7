import { expect } from '@jest/globals';
import type { CommittedFact } from '@downlink/command-engine';
import type { Call, DialectSubject } from './dialect-subject.js';
import { exchange, type ContractAnswer, type ContractRequest } from './exchange.js';

type Headers = Record<string, string>;

/** Calls a dialect as its suites do: with a good caller's headers unless others are given, signed where the dialect wants that. */
export class ContractClient {
  constructor(private readonly subject: DialectSubject) {}

  json(headers: Headers = this.subject.authorised()): Headers {
    return { ...headers, 'content-type': 'application/json' };
  }

  send(request: ContractRequest): Promise<ContractAnswer> {
    return exchange(this.subject.running().url, this.subject.sign?.(request) ?? request);
  }

  call({ method, path, body }: Call, headers: Headers = this.json()): Promise<ContractAnswer> {
    return this.send({ method, path, headers, ...(body && { body: JSON.stringify(body) }) });
  }

  post(
    body: string | Buffer,
    headers: Headers = this.json(),
    call: { method: string; path: string } = this.subject.create,
  ): Promise<ContractAnswer> {
    return this.send({ ...call, headers, body });
  }

  good(): string {
    return JSON.stringify(this.subject.bodyFor(this.subject.ownDevice));
  }

  /** Throws unless the call went well and made commands. */
  async created(body = this.good()): Promise<ContractAnswer> {
    const { facts } = this.subject.running();
    const before = facts.length;
    const answer = await this.post(body);
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status: expect.any(Number) });
    expect(answer.status).toBeGreaterThanOrEqual(200);
    expect(answer.status).toBeLessThan(300);
    expect(facts.length).toBeGreaterThan(before);
    return answer;
  }

  /** Throws unless the call is refused in the vendor's form, and has left nothing behind. */
  async refused(call: () => Promise<ContractAnswer>): Promise<ContractAnswer> {
    const { facts, countRows } = this.subject.running();
    const [factsBefore, rowsBefore] = [facts.length, await countRows()];
    const answer = await call();
    this.subject.expectVendorError(answer);
    expect(answer.status).toBeLessThan(500);
    expect(answer.contentType).toMatch(/^application\/(problem\+)?json/);
    expect(() => JSON.parse(answer.body) as unknown).not.toThrow();
    expect(facts.length).toBe(factsBefore);
    expect(await countRows()).toEqual(rowsBefore);
    return answer;
  }

  /** What a call came to, and the commands that it made: everything of it that is the same each time. */
  async outcomeOf(call: () => Promise<ContractAnswer>): Promise<object> {
    const { facts } = this.subject.running();
    const before = facts.length;
    const answer = await call();
    const accepted = facts.slice(before).filter(({ event }) => event.type === 'CommandAccepted');
    return { status: answer.status, answer: steady(JSON.parse(answer.body)), commands: accepted.map(requestOf) };
  }
}

function requestOf({ request }: CommittedFact): object {
  return steady(request) as object;
}

/** Ids, times, and sentences for people: different each time. */
const PASSING = /^(detail|errors|msg|message|submsg|requestId|title|error_desc)$/;

/** The same value without what differs from one call to the next. */
function steady(value: unknown): unknown {
  if (typeof value === 'string') return /^(\d{13,19}|[0-9a-f]{32}|\d{4}-?\d\d-?\d\dT.*Z)$/.test(value) ? '#' : value;
  if (typeof value === 'number') return value > 1e12 ? '#' : value;
  if (Array.isArray(value)) return value.map(steady);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name]) => !PASSING.test(name));
  return Object.fromEntries(members.map(([name, member]) => [name, steady(member)]));
}

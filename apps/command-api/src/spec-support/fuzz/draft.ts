import fc from 'fast-check';
import { CATALOGUE, type Entry, type Ids } from '../catalogue/index.js';
import type { Shape } from '../caller.js';
import { oddText, oddValue } from './odd-values.js';

/** Who a generated request says it is. */
export const DISGUISES = [
  'right',
  'other',
  'nobody',
  'garbage',
  'wrong scheme',
  'changed',
  'late',
  'twice',
  'unsigned',
] as const;
export type Disguise = (typeof DISGUISES)[number];

/** A request before it has a caller: what is sent, byte for byte, and who it pretends to be from. */
export interface Draft {
  readonly route: string;
  readonly method: string;
  readonly path: string;
  readonly body: Buffer | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly caller: Entry['caller'];
  readonly disguise: Disguise;
}

/** Deletes what the other requests need. */
const endsAll = (route: string, { path }: Shape): boolean =>
  route.startsWith('DELETE ') || path.includes('action=delete');

/** Requests like those of the catalogue, each with something or nothing wrong. */
export function drafts(own: Ids, others: readonly Ids[]): fc.Arbitrary<Draft> {
  const calls = Object.entries(CATALOGUE).flatMap(([route, { caller, shapes }]) =>
    shapes.map((shape) => ({ route, caller, shape })),
  );
  const changes = {
    call: fc.constantFrom(...calls),
    ids: oneIn(7, fc.constantFrom(...others), own),
    method: oneIn(20, fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'), undefined),
    path: oneIn(3, pathChange, same),
    body: fc.oneof({ arbitrary: bodyChange, weight: 3 }, { arbitrary: fc.constant(asIs), weight: 1 }),
    headers: oneIn(6, fc.constantFrom(...ODD_HEADERS), {}),
    disguise: oneIn<Disguise, Disguise>(4, fc.constantFrom(...DISGUISES), 'right'),
  };
  return fc.record(changes).map(({ call: { route, caller, shape }, ids, ...change }) => {
    const drawn = shape(endsAll(route, shape(ids)) ? others.at(-1)! : ids);
    const body = drawn.body === undefined ? undefined : change.body(drawn.body);
    return {
      route,
      caller,
      method: change.method ?? route.split(' ')[0]!,
      path: printable(change.path(drawn.path)),
      body,
      headers: { ...drawn.headers, ...(body && { 'content-type': 'application/json' }), ...change.headers },
      disguise: change.disguise,
    };
  });
}

function oneIn<T, U>(times: number, change: fc.Arbitrary<T>, none: U): fc.Arbitrary<T | U> {
  return fc.oneof({ arbitrary: change, weight: 1 }, { arbitrary: fc.constant(none), weight: times - 1 });
}

const same = (path: string): string => path;
const asIs = (body: unknown): Buffer => Buffer.from(JSON.stringify(body));

/** A segment or a value of the query becomes something else, or something is added. */
const pathChange: fc.Arbitrary<(path: string) => string> = fc
  .tuple(fc.nat(), oddText, fc.constantFrom('segment', 'value', 'again', 'more', 'raw', 'none'))
  .map(([at, odd, how]) => (path) => {
    const [route = '', query = ''] = path.split('?');
    const text = encodeURIComponent(odd.replace(/\p{Surrogate}/gu, '%')).slice(0, 6_000);
    const pairs = query === '' ? [] : query.split('&');
    switch (how) {
      case 'segment':
        return `${replaced(route.split('/'), at, text).join('/')}${query && `?${query}`}`;
      case 'value':
        return `${route}?${replaced(pairs, at, `${(pairs[at % pairs.length] ?? 'limit').split('=')[0]!}=${text}`).join('&')}`;
      case 'again':
        return `${route}?${[...pairs, ...pairs].join('&')}`;
      case 'more':
        return `${route}?&${[...pairs, `${text}=${text}`, 'limit', '=', 'a[b]=c'].join('&')}`;
      case 'raw':
        return `${path}${odd.replace(/[^!-~]/g, '')}`;
      case 'none':
        return route;
    }
  });

function replaced(parts: readonly string[], at: number, text: string): string[] {
  return parts.length === 0 ? [text] : parts.map((part, place) => (place === at % parts.length ? text : part));
}

/** What Node's client lets through; the server takes care of the rest in a spec of its own. */
function printable(path: string): string {
  return `/${path.replace(/[^!-~]/g, '')}`.replace(/^\/+(?=v|i|c|a|m|h)/, '/').slice(0, 8_000);
}

/** A member is left out, or becomes something else; or the text is none of JSON. */
const bodyChange: fc.Arbitrary<(body: unknown) => Buffer> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.nat(), oddValue).map(
      ([at, odd]) =>
        (body: unknown) =>
          asIs(withOdd(body, at, odd)),
    ),
  },
  { weight: 2, arbitrary: fc.nat().map((at) => (body: unknown) => asIs(withOdd(body, at, undefined))) },
  { weight: 1, arbitrary: oddValue.map((odd) => () => Buffer.from(JSON.stringify(odd) ?? '')) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat(), fc.nat()).map(
      ([cut, flip]) =>
        (body: unknown) =>
          broken(asIs(body), cut, flip),
    ),
  },
  { weight: 1, arbitrary: fc.constant((body: unknown) => Buffer.from(`{"more":1e999,"a":${JSON.stringify(body)}}`)) },
);

/** The `at`th of all its members, at any depth, becomes `odd`; undefined leaves it out. */
function withOdd(body: unknown, at: number, odd: unknown): unknown {
  const copy = structuredClone(body);
  const places = placesIn(copy);
  if (places.length === 0) return odd ?? null;
  const [holder, name] = places[at % places.length]!;
  holder[name] = odd;
  return copy;
}

function placesIn(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((name) => [[holder, name] as [typeof holder, string], ...placesIn(holder[name])]);
}

/** Cut short, or with one bit changed. */
function broken(bytes: Buffer, cut: number, flip: number): Buffer {
  if (cut % 2 === 0) return bytes.subarray(0, cut % bytes.length);
  const changed = Buffer.from(bytes);
  const at = flip % changed.length;
  changed[at] = changed[at]! ^ (1 << (flip % 8));
  return changed;
}

const ODD_HEADERS: readonly Record<string, string>[] = [
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-type': 'application/x-www-form-urlencoded' },
  { 'content-type': 'multipart/form-data' },
  { 'content-type': '' },
  { 'content-encoding': 'gzip' },
  { accept: 'text/html' },
  { 'accept-encoding': 'gzip, br' },
  { expect: 'something' },
  { 'if-none-match': '*' },
  { 'if-none-match': '"' },
  { 'idempotency-key': 'x'.repeat(300) },
  { 'idempotency-key': 'a key with blanks' },
  { 'x-forwarded-for': '127.0.0.1, evil' },
  { 'x-http-method-override': 'DELETE' },
  { range: 'bytes=0-1' },
  { cookie: 'a=b' },
  { 'accept-language': '\u00e9' },
  { 'last-event-id': 'nothing' },
];

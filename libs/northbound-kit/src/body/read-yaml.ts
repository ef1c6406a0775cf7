import { isUtf8 } from 'node:buffer';
import { Composer, isScalar, LineCounter, Parser, visit, type CST, type Document } from 'yaml';
import { checkStorable, MalformedBody, MAX_DEPTH } from './read-json.js';

/** A body that came as YAML, not read yet: reading costs far more than JSON, so it waits until the caller is known. */
export class YamlBody {
  constructor(readonly bytes: Buffer) {}
}

/** Aliases are for the convenience of people; more expansions than these are an attack. */
const MAX_ALIASES = 100;

/**
 * Reads one YAML 1.2 document of the core schema: what JSON can say, with no types of its own, no merge keys and no dates.
 * Takes about 2 s for 1 MB, all in one piece.
 * @throws MalformedBody as `readJson`, and for a key that stands twice, unknown tags, and aliases that grow out of bounds
 */
export function readYaml(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new MalformedBody('the body is not UTF-8');
  const lines = new LineCounter();
  const document = compose(bytes.toString('utf8'), lines);
  refuseTwice(document, lines);
  const value = toValue(document);
  checkStorable(value);
  return value;
}

const SCHEMA = {
  version: '1.2',
  schema: 'core',
  merge: false,
  // Else `!!binary` and its like are known in every schema.
  resolveKnownTags: false,
  // The package compares each key with all before it, which takes minutes for a map of 100,000; see `refuseTwice`.
  uniqueKeys: false,
  stringKeys: true,
  strict: true,
} as const;

/** The tokens are looked through first: composing recurses, and ends the process where it runs out of stack. */
function compose(text: string, lines: LineCounter): Document.Parsed {
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  if (tokens.some(nestsTooDeep)) throw new MalformedBody(`the body nests deeper than ${MAX_DEPTH}`);
  // Where there is no document, the end of the text makes one that says null.
  const [document, second] = [...new Composer(SCHEMA).compose(tokens, true, text.length)] as [
    Document.Parsed,
    ...Document.Parsed[],
  ];
  if (second !== undefined) throw new MalformedBody('the YAML holds more than one document');
  const [wrong] = [...document.errors, ...document.warnings];
  if (wrong !== undefined) throw wrongAt(wrong.pos[0], wrong.code, lines);
  return document;
}

/** Messages of the package quote the text, which may hold a secret. */
function wrongAt(offset: number, what: string, lines: LineCounter): MalformedBody {
  const { line, col } = lines.linePos(offset);
  return new MalformedBody(`the YAML is wrong at line ${line}, column ${col}: ${what}`);
}

function nestsTooDeep(token: CST.Token): boolean {
  let level: readonly CST.Token[] = [token];
  // The document itself is a level, and what is one too deep is found when its JSON is looked through.
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH + 2) return true;
    level = level.flatMap(childrenOf);
  }
  return false;
}

function childrenOf(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value === undefined ? [] : [token.value];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value].filter((child) => child != null));
}

function refuseTwice(document: Document.Parsed, lines: LineCounter): void {
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : key;
        if (seen.has(name)) throw wrongAt((isScalar(key) && key.range?.[0]) || 0, 'DUPLICATE_KEY', lines);
        seen.add(name);
      }
    },
  });
}

function toValue(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    throw Object.assign(new MalformedBody('the YAML has aliases that cannot be followed'), { cause });
  }
}

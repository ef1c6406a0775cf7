import { BODY_LIMIT } from '../body/read-json.js';
import type { DialectFace } from './dialect.js';

/** Finds the dialect that a URL belongs to; `fallback` speaks for the paths that are nobody's. */
export class DialectChooser {
  constructor(
    private readonly dialects: readonly DialectFace[],
    readonly fallback: DialectFace,
  ) {}

  of(url: string): DialectFace {
    return this.dialects.find(({ prefixes }) => prefixes.some((prefix) => url.startsWith(prefix))) ?? this.fallback;
  }

  takesForms(url: string): boolean {
    return this.of(url).formPaths?.includes(pathOf(url)) ?? false;
  }

  takesYaml(url: string): boolean {
    return this.of(url).yamlPaths?.includes(pathOf(url)) ?? false;
  }

  keepsRawBodies(url: string): boolean {
    return this.of(url).keepsRawBodies ?? false;
  }

  takesEmptyBodies(url: string): boolean {
    return this.of(url).takesEmptyBodies ?? false;
  }

  /** Bytes that a body sent to this URL may have. */
  bodyLimit(url: string): number {
    return this.of(url).bodyLimits?.[pathOf(url)] ?? BODY_LIMIT;
  }
}

function pathOf(url: string): string {
  return url.split('?', 1)[0]!;
}

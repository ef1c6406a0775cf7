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
    const path = url.split('?', 1)[0]!;
    return this.of(url).formPaths?.includes(path) ?? false;
  }
}

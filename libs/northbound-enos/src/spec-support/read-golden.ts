import { readFileSync } from 'node:fs';

/** A golden exchange; its member `source` names the document that it comes from. */
export function readGolden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8')) as T;
}

import { spawnSync } from 'node:child_process';

const OLDEST_JAVA = 17;

/** Whether a JVM of at least version 17 is on the search path. */
export function javaIsThere(): boolean {
  const { stderr, status } = spawnSync('java', ['-version'], { encoding: 'utf8', timeout: 10_000 });
  return status === 0 && Number(/version "(\d+)/.exec(stderr)?.[1]) >= OLDEST_JAVA;
}

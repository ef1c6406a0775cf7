import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../servers/find-program.js';
import { repositoryRoot } from '../repository-root.js';

const run = promisify(execFile);
const pom = () => join(repositoryRoot(), 'libs/testing/kafka/pom.xml');

/** The Kafka release that the pom names. */
export function kafkaVersion(): string {
  const version = /<kafka\.version>([^<]+)</.exec(readFileSync(pom(), 'utf8'))?.[1];
  if (version === undefined) throw new Error('the pom names no kafka.version');
  return version;
}

/** Kept over runs and ignored by git: jars, a formatted data folder, and an archive of loaded classes, per release. */
export const kafkaCache = () => join(repositoryRoot(), '.cache/kafka', kafkaVersion());

const jarFolder = () => join(kafkaCache(), 'jars');

export function jarsArePresent(): boolean {
  return existsSync(jarFolder()) && readdirSync(jarFolder()).some((jar) => jar.startsWith('kafka_2.13-'));
}

/** The folder with the broker's jars; has Maven fetch them (43 MB) the first time. */
export async function fetchKafkaJars(): Promise<string> {
  const jars = jarFolder();
  if (jarsArePresent()) return jars;
  const maven = findProgram('mvn');
  if (maven === undefined) throw new Error('Maven is needed to fetch the jars of Kafka, and is not installed');
  const half = `${jars}.${String(process.pid)}`;
  mkdirSync(dirname(jars), { recursive: true });
  await run(maven, ['-B', '-q', '-f', pom(), 'dependency:copy-dependencies', `-DoutputDirectory=${half}`], {
    maxBuffer: 64 * 1024 * 1024,
  });
  keep(half, jars);
  return jars;
}

/** Moves what has just been made to its place; when somebody else was quicker, theirs stays. */
export function keep(half: string, place: string): void {
  try {
    renameSync(half, place);
  } catch (reason) {
    if (!existsSync(place)) throw reason;
    rmSync(half, { recursive: true, force: true });
  }
}

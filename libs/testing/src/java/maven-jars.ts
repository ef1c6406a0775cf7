import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../repository-root.js';
import { findProgram } from '../servers/find-program.js';

/** The jars of one server, as a pom of this room names them. Kept over runs below `.cache`, which git ignores. */
export class MavenJars {
  readonly #pom: string;

  /**
   * @param server a folder of `libs/testing` with a `pom.xml` that has a property `<server>.version`
   * @param mainJar how the name of the server's own jar begins: the jars are there when it is
   */
  constructor(
    private readonly server: string,
    private readonly mainJar: string,
  ) {
    this.#pom = join(repositoryRoot(), 'libs/testing', server, 'pom.xml');
  }

  /** The release that the pom names. */
  get version(): string {
    const version = new RegExp(`<${this.server}\\.version>([^<]+)<`).exec(readFileSync(this.#pom, 'utf8'))?.[1];
    if (version === undefined) throw new Error(`the pom names no ${this.server}.version`);
    return version;
  }

  /** What belongs to this release and is kept: the jars, and whatever else the server's start likes to find again. */
  get cache(): string {
    return join(repositoryRoot(), '.cache', this.server, this.version);
  }

  get arePresent(): boolean {
    return existsSync(this.#folder) && readdirSync(this.#folder).some((jar) => jar.startsWith(this.mainJar));
  }

  /** Whether they are there, or Maven to fetch them. */
  get canBeHad(): boolean {
    return this.arePresent || findProgram('mvn') !== undefined;
  }

  /** The folder with the jars; has Maven fetch them the first time. */
  async fetch(): Promise<string> {
    if (this.arePresent) return this.#folder;
    const maven = findProgram('mvn');
    if (maven === undefined)
      throw new Error(`Maven is needed to fetch the jars of ${this.server}, and is not installed`);
    const half = `${this.#folder}.${String(process.pid)}`;
    mkdirSync(dirname(this.#folder), { recursive: true });
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${half}`];
    await promisify(execFile)(maven, ['-B', '-q', '-f', this.#pom, ...goal], { maxBuffer: 64 * 1024 * 1024 });
    keep(half, this.#folder);
    return this.#folder;
  }

  get #folder(): string {
    return join(this.cache, 'jars');
  }
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

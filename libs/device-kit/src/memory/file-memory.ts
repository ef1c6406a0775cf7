import { open, readFile, rename, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Answer } from '../command.js';
import type { ExecutionMemory, Remembered } from './execution-memory.js';
import { Window } from './window.js';

/** Commands that are remembered unless told otherwise. */
export const DEFAULT_WINDOW = 1_000;
/** The file is written anew when it holds so many lines for each command of the window. */
const LINES_PER_COMMAND = 6;

/** One line of the file. */
type Entry =
  | { readonly begun: string }
  | { readonly answered: string; readonly answer: Answer }
  | { readonly told: string }
  | { readonly epoch: number };

/**
 * Remembers in a file, line by line, each on the disk (fdatasync) before anything is done on its account. A last line that a loss of power cut
 * off is taken away at the next start; a line that cannot be read is passed over. One process at a time.
 */
export class FileMemory implements ExecutionMemory {
  readonly #window: Window;
  #file: FileHandle | undefined;
  #lines = 0;
  #writing: Promise<void> = Promise.resolve();

  /** @param most commands that it remembers; the file has at most six lines for each */
  constructor(
    private readonly path: string,
    most = DEFAULT_WINDOW,
  ) {
    this.#window = new Window(most);
  }

  async open(): Promise<void> {
    const text = await readFile(this.path, 'utf8').catch(unlessMissing);
    for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) this.#recall(line);
    await this.#writeAnew();
  }

  find(id: string): Remembered | undefined {
    return this.#window.find(id);
  }

  untold(): readonly Remembered[] {
    return this.#window.all().filter(({ told }) => !told);
  }

  async begin(id: string): Promise<void> {
    await this.#write({ begun: id }, true);
    this.#window.begin(id);
  }

  async finish(id: string, answer: Answer): Promise<void> {
    // An answer that could not be kept is the answer all the same as long as the process lives.
    this.#window.finish(id, answer);
    await this.#write({ answered: id, answer }, true);
  }

  async markTold(id: string): Promise<void> {
    this.#window.markTold(id);
    await this.#write({ told: id }, false);
  }

  async nextEpoch(now: number): Promise<number> {
    const epoch = this.#window.nextEpoch(now);
    await this.#write({ epoch }, true);
    return epoch;
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#file?.close();
    this.#file = undefined;
  }

  #recall(line: string): void {
    const entry = parse(line);
    if (entry === undefined) return;
    if ('begun' in entry) this.#window.begin(entry.begun);
    else if ('answered' in entry) this.#window.finish(entry.answered, entry.answer);
    else if ('told' in entry) this.#window.markTold(entry.told);
    else this.#window.epoch = Math.max(this.#window.epoch, entry.epoch);
  }

  /** One after the other; one that fails does not stop the next. */
  #write(entry: Entry, durably: boolean): Promise<void> {
    const written = this.#writing.then(() => this.#append(entry, durably));
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async #append(entry: Entry, durably: boolean): Promise<void> {
    if (this.#lines >= this.#window.most * LINES_PER_COMMAND) await this.#writeAnew();
    if (this.#file === undefined) throw new Error('the memory is closed');
    await this.#file.appendFile(`${JSON.stringify(entry)}\n`);
    this.#lines += 1;
    if (durably) await this.#file.datasync();
  }

  /** What is remembered and nothing else, in a new file that takes the old one's place at once. */
  async #writeAnew(): Promise<void> {
    const entries = this.#entries();
    const fresh = await open(`${this.path}.new`, 'w');
    await fresh.appendFile(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    await fresh.datasync();
    await rename(`${this.path}.new`, this.path);
    await syncFolder(dirname(this.path));
    await this.#file?.close();
    this.#file = fresh;
    this.#lines = entries.length;
  }

  #entries(): Entry[] {
    const commands = this.#window
      .all()
      .flatMap(({ id, answer, told }): Entry[] => [
        { begun: id },
        ...(answer ? [{ answered: id, answer }] : []),
        ...(told ? [{ told: id }] : []),
      ]);
    return [{ epoch: this.#window.epoch }, ...commands];
  }
}

function parse(line: string): Entry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Entry) : undefined;
  } catch {
    return undefined;
  }
}

function unlessMissing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}

/** A name is on the disk when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

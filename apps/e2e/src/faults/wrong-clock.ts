import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PLACES = ['/usr/lib', '/usr/lib64', '/usr/local/lib', '/opt/homebrew/lib'];
const NAMES = ['libfaketimeMT.so.1', 'libfaketimeMT.1.dylib'];

/** Where libfaketime is installed (Debian: the package `faketime`); undefined where it is not. */
export function findFaketime(): string | undefined {
  const folders = PLACES.filter((place) => existsSync(place)).flatMap((place) => [place, ...foldersIn(place)]);
  return folders
    .flatMap((folder) => NAMES.flatMap((name) => [join(folder, name), join(folder, 'faketime', name)]))
    .find((file) => existsSync(file));
}

const foldersIn = (place: string): string[] =>
  readdirSync(place, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(place, name));

/** A clock for a process, that can be set while it runs. Only the time of day: what measures durations stays right, as on a real host. */
export class WrongClock {
  private readonly folder = mkdtempSync(join(tmpdir(), 'downlink-clock-'));
  private readonly file = join(this.folder, 'offset');

  constructor(private readonly library: string) {}

  /** @param hours what the clock is ahead of the right time */
  set(hours: number): void {
    writeFileSync(this.file, `${hours < 0 ? '-' : '+'}${Math.abs(hours)}h\n`);
  }

  get environment(): Record<string, string> {
    return {
      LD_PRELOAD: this.library,
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
    };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

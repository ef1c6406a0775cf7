import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What the installation made for itself at its first start and must find again. */
export interface InstallationSecrets {
  /** 32 bytes, base64: seals device secrets and keys the digests of API credentials. */
  readonly secretsKey: string;
  readonly adminKey: string;
  readonly databasePassword: string;
  /** What the platform's own MQTT connections log in with. */
  readonly mqttPassword: string;
  readonly demo: {
    readonly nativeKey: string;
    readonly huaweiSecret: string;
    readonly enosSecret: string;
    readonly quectelSecret: string;
    readonly productSecret: string;
    readonly deviceSecret: string;
  };
}

/** The folder that a standalone installation keeps its data in. */
export class DataFolder {
  /** Absolute: Postgres is started in its own folder, where a relative one would mean something else. */
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /**
   * Makes this process the only one on the folder until it ends. A lock left by a killed process is taken over.
   * @throws Error that names the process which has it
   */
  lock(): () => void {
    const lock = this.file('lock');
    for (;;) {
      try {
        const file = openSync(lock, 'wx', 0o600);
        writeFileSync(file, String(process.pid));
        closeSync(file);
        return () => rmSync(lock, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const holder = Number(readFileSync(lock, 'utf8'));
        if (holder !== process.pid && isAlive(holder)) {
          throw new Error(`DATA_DIR: ${this.path} is in use by process ${holder}; stop it or choose another DATA_DIR`, {
            cause: error,
          });
        }
        rmSync(lock, { force: true });
      }
    }
  }

  /** The installation's secrets; made at the first call and readable by the owner only. */
  secrets(): InstallationSecrets {
    const file = this.file('secrets.json');
    const secret = (bytes = 24): string => randomBytes(bytes).toString('base64url');
    const secrets: InstallationSecrets = {
      secretsKey: randomBytes(32).toString('base64'),
      adminKey: secret(),
      databasePassword: secret(),
      mqttPassword: secret(),
      demo: {
        nativeKey: secret(),
        huaweiSecret: secret(),
        enosSecret: secret(),
        quectelSecret: secret(),
        productSecret: secret(),
        deviceSecret: secret(),
      },
    };
    // A folder of an earlier version lacks the secrets of what has come since.
    const stored = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<InstallationSecrets>) : {};
    const whole = { ...secrets, ...stored, demo: { ...secrets.demo, ...stored.demo } };
    this.write('secrets.json', whole);
    return whole;
  }

  /** Writes JSON for the owner's eyes only; never half of it. */
  write(name: string, content: unknown): void {
    const file = this.file(name);
    writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

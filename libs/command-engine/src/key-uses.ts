import { meaningOfKey, type CommandId, type IdempotencyKey, type KeyMeaning } from '@downlink/command-domain';
import type { KeyName, KeyUse, Loaded } from './ports/command-store.port.js';

/** The keys of one unit of work, as they become while its submissions are decided one after another. */
export class KeyUses {
  private readonly uses = new Map<string, KeyUse>();
  private readonly used = new Map<string, KeyUse>();

  constructor(private readonly loaded: Pick<Loaded, 'now' | 'keys'>) {
    for (const use of loaded.keys) this.uses.set(keyName(use), use);
  }

  /** What this key stands for, when it stands for anything still. */
  find(applicationId: string, { key, digest }: IdempotencyKey): { meaning: KeyMeaning; use: KeyUse } | undefined {
    const use = this.uses.get(keyName({ applicationId, key }));
    return use && { meaning: meaningOfKey(use, digest, this.loaded.now), use };
  }

  /** The command was accepted under this key. */
  note(first: KeyName & { digest: string; commandId: CommandId }): void {
    const name = keyName(first);
    const use = { ...first, usedAt: this.loaded.now };
    this.used.set(name, use);
    this.uses.set(name, use);
  }

  fresh(): KeyUse[] {
    return [...this.used.values()];
  }
}

/** One text for both parts. No key holds a NUL: Postgres refuses it. */
export function keyName({ applicationId, key }: KeyName): string {
  return `${applicationId}\u0000${key}`;
}

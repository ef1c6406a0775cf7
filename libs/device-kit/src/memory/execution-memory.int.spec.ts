import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { executionMemoryContract } from './execution-memory.contract.js';
import { FileMemory } from './file-memory.js';
import { VolatileMemory } from './volatile-memory.js';

const WINDOW = 3;
const succeeded = { outcome: 'succeeded', result: { position: 7 } } as const;

describe('a volatile memory', () => executionMemoryContract(() => new VolatileMemory(WINDOW)));

describe('a memory in a file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'memory-'));
    path = join(folder, 'commands');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  describe('keeps the promises of a memory:', () => executionMemoryContract(() => new FileMemory(path, WINDOW)));

  async function remembered<T>(use: (memory: FileMemory) => Promise<T> | T): Promise<T> {
    const memory = new FileMemory(path, WINDOW);
    await memory.open();
    const result = await use(memory);
    await memory.close();
    return result;
  }

  it('is the same after a restart', async () => {
    await remembered(async (memory) => {
      for (const id of ['a', 'b']) await memory.begin(id);
      await memory.finish('a', succeeded);
      await memory.markTold('a');
      await memory.nextEpoch(1_000);
    });
    await remembered(async (memory) => {
      expect(memory.find('a')).toEqual({ id: 'a', answer: succeeded, told: true });
      expect(memory.untold()).toEqual([{ id: 'b', told: false }]);
      expect(await memory.nextEpoch(1)).toBe(1_001);
    });
  });

  it('is on the disk when it says so, whatever becomes of the process', async () => {
    const dying = new FileMemory(path, WINDOW);
    await dying.open();
    await dying.begin('a');
    expect(await remembered((memory) => memory.find('a'))).toEqual({ id: 'a', told: false });
    await dying.close();
  });

  it.each([1, 5, 12])('loses no earlier line when the last one is torn %d bytes before its end', async (bytes) => {
    await remembered(async (memory) => {
      await memory.begin('a');
      await memory.begin('b');
    });
    truncateSync(path, readFileSync(path).length - bytes);
    await remembered(async (memory) => {
      expect([memory.find('a'), memory.find('b')]).toEqual([{ id: 'a', told: false }, undefined]);
      await memory.begin('c');
    });
    expect(await remembered((memory) => memory.untold().map(({ id }) => id))).toEqual(['a', 'c']);
  });

  it('passes over a line that cannot be read', async () => {
    await remembered((memory) => memory.begin('a'));
    appendFileSync(path, 'rubbish\n7\n{"begun":"b"}\n');
    expect(await remembered((memory) => memory.untold().map(({ id }) => id))).toEqual(['a', 'b']);
  });

  it('does not grow without end, and forgets nothing of its window when it is written anew', async () => {
    await remembered(async (memory) => {
      for (let n = 0; n < 30; n += 1) {
        await memory.begin(`c${n}`);
        await memory.finish(`c${n}`, succeeded);
        await memory.markTold(`c${n}`);
        expect(memory.find(`c${n}`)).toMatchObject({ told: true });
      }
    });
    expect(readFileSync(path, 'utf8').split('\n').length).toBeLessThanOrEqual(WINDOW * 6 + 2);
    await remembered((memory) => {
      for (const id of ['c27', 'c28', 'c29']) expect(memory.find(id)).toMatchObject({ answer: succeeded, told: true });
    });
  });

  it('does not begin what it cannot keep', async () => {
    await remembered(async (memory) => {
      await memory.close();
      await expect(memory.begin('a')).rejects.toThrow('closed');
      expect(memory.find('a')).toBeUndefined();
    });
  });

  it('does not start when its file cannot be read', async () => {
    mkdirSync(path);
    writeFileSync(join(path, 'x'), '');
    await expect(new FileMemory(path, WINDOW).open()).rejects.toThrow('EISDIR');
  });
});

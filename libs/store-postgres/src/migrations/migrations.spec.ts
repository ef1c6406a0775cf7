import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { migrations } from './index.js';

/** The first characters of the SHA-256 of each released migration's SQL. A new migration adds a line; no line ever changes. */
const RELEASED: Readonly<Record<string, string>> = {
  commands_0000000000001: '8a3771c8c2e15ff2',
  registry_0000000000002: 'aa2821032eb8f3c1',
  webhooks_0000000000003: '6aa9155f5b8da6c9',
  leases_0000000000004: 'd4667e371bd9acc8',
  written_0000000000005: 'c1e0807a1c67dd05',
  idempotency_keys_0000000000006: 'd5ac879a700aa801',
  dead_letters_0000000000007: 'ffbb000f2a1ddd84',
  claims_0000000000008: '0f9bc3cfa68ef7c6',
  retention_0000000000009: 'a164faa39c61d48d',
  cancel_tasks_0000000000010: '921604f3eeff7b14',
  registry_0000000000011: 'bfc34d02dd1f554b',
  told_again_tokens_0000000000012: 'ecafb2fe7674f4a6',
  webhook_receivers_0000000000013: '3570092e69c3dcc6',
  subscriptions_and_batch_tasks_0000000000014: '67607c1f9d7f5f61',
  call_counts_0000000000015: 'e5d6a025879bcdc8',
  device_life_0000000000016: 'f1f8c4d6f22785f3',
  login_proofs_0000000000018: '03e630ababe6f15d',
  device_logins_0000000000020: '27a52e65042c37f3',
};

const steps = migrations.map((migration) => new migration());

describe('migrations', () => {
  it('have rising numbers in the order of the list; a number may be left out, none stands twice', () => {
    const numbers = steps.map(({ name }) => Number(name.slice(-13)));
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  });

  it('never change once they are released: a correction is the next number', () => {
    const hashes = steps.map(({ name, sql }) => [name, createHash('sha256').update(sql).digest('hex').slice(0, 16)]);
    expect(Object.fromEntries(hashes)).toEqual(RELEASED);
  });

  it('do not go back', async () => {
    await expect(steps[0]!.down()).rejects.toThrow('only go forward');
  });
});

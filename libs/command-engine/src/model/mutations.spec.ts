import { describe, expect, it } from '@jest/globals';
import { runSequential } from './model.contract.js';
import { MUTATIONS } from './mutations.js';
import { openInMemoryModel } from './open-in-memory-model.js';

/** What a fault may take at most to be found; most are found within ten. */
const RUNS = 300;

describe('the model can fail: it finds an engine that', () => {
  it.each(Object.entries(MUTATIONS))(
    '%s',
    async (_name, { rule, mutation }) => {
      await expect(runSequential(openInMemoryModel, RUNS, { mutation, shrink: false })).rejects.toMatchObject({
        cause: { message: expect.stringMatching(rule) },
      });
    },
    60_000,
  );
});

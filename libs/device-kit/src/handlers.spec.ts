import { describe, expect, it } from '@jest/globals';
import { CommandFailed, type Command } from './command.js';
import { Handlers, type Handler } from './handlers.js';

const command: Command = { id: '1', service: 'Valve', method: 'open', parameters: {}, attempt: 1, deadline: Infinity };

async function answerOf(handler: Handler, over: Partial<Command> = {}) {
  const handlers = new Handlers();
  handlers.register('Valve', 'open', handler);
  const broken: unknown[] = [];
  const answer = await handlers.run({ ...command, ...over }, (error) => broken.push(error));
  return { answer, broken };
}

describe('a command', () => {
  it.each([
    [{ a: 1 }, { outcome: 'succeeded', result: { a: 1 } }],
    [Promise.resolve(7), { outcome: 'succeeded', result: 7 }],
    [null, { outcome: 'succeeded', result: null }],
    [undefined, { outcome: 'succeeded' }],
    [() => 1, { outcome: 'succeeded' }],
    [new Date(0), { outcome: 'succeeded', result: '1970-01-01T00:00:00.000Z' }],
  ])('has succeeded with what its handler returns: %s', async (returned, expected) => {
    expect(await answerOf(() => returned)).toEqual({ answer: expected, broken: [] });
  });

  it('has failed with the code and the result that its handler chose', async () => {
    const jammed = () => {
      throw new CommandFailed('jammed', { at: 3 });
    };
    expect(await answerOf(jammed)).toEqual({
      answer: { outcome: 'failed', code: 'jammed', result: { at: 3 } },
      broken: [],
    });
  });

  it.each([
    () => {
      throw new Error('oops');
    },
    () => Promise.reject(new Error('oops')),
    () => 1n,
    () => {
      const endless: unknown[] = [];
      return endless.concat([endless.push(endless)], endless);
    },
  ])('has failed when its handler breaks, and the device hears of it', async (handler) => {
    const { answer, broken } = await answerOf(handler);
    expect(answer).toEqual({ outcome: 'failed', code: 'handler-failed' });
    expect(broken).toHaveLength(1);
  });

  it.each([{ service: 'Pump' }, { method: 'close' }])('has failed when nobody handles %j', async (over) => {
    const { answer } = await answerOf(() => 1, over);
    expect(answer).toEqual({ outcome: 'failed', code: 'unhandled' });
  });

  it('has failed when its result is more than an answer carries', async () => {
    const { answer } = await answerOf(() => 'x'.repeat(60_000));
    expect(answer).toEqual({ outcome: 'failed', code: 'result-too-large' });
  });

  it('has one handler', () => {
    const handlers = new Handlers();
    handlers.register('Valve', 'open', () => 1);
    expect(() => handlers.register('Valve', 'open', () => 2)).toThrow('Valve/open');
  });
});

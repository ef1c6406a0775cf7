import { describe, expect, it } from '@jest/globals';
import type { NewDeadLetter } from '@downlink/command-engine';
import { encodeFact, FACT_HEADER, headersOf } from '@downlink/message-contracts';
import { aFact } from '../contracts/some-facts.js';
import type { PoisonRecord } from '../fact-batch.js';
import { poisonTo } from './poison-to.js';

const fact = aFact('d1', 1);

function aPoison(over: Partial<PoisonRecord> = {}): PoisonRecord {
  return {
    key: 'd1',
    origin: { topic: 'facts', partition: 3, offset: '7' },
    headers: headersOf(fact),
    attempts: 5,
    error: 'TypeError: no',
    group: 'dispatcher',
    recordedAt: 1_800_000_000_000,
    raw: () => ({ key: Buffer.from('d1'), value: Buffer.from(encodeFact(fact).value), headers: [] }),
    ...over,
  };
}

async function handedIn(poison: PoisonRecord): Promise<NewDeadLetter> {
  const given: NewDeadLetter[] = [];
  const receive = async (letter: NewDeadLetter) => {
    given.push(letter);
    return undefined as never;
  };
  await poisonTo({ receive })(poison);
  return given[0]!;
}

const saying = (commandId: string): Partial<PoisonRecord> => ({
  headers: undefined,
  raw: () => ({ key: null, value: null, headers: [[FACT_HEADER.commandId, Buffer.from(commandId)]] }),
});

describe('a poison record that is handed in', () => {
  it('says where it stood, whose it is and what became of it', async () => {
    const poison = aPoison();
    expect(await handedIn(poison)).toEqual({
      origin: { topic: 'facts', partition: 3, offset: '7', recordedAt: 1_800_000_000_000 },
      group: 'dispatcher',
      deviceId: 'd1',
      commandId: fact.commandId,
      attempts: 5,
      error: 'TypeError: no',
      record: poison.raw(),
    });
  });

  it('has the command id of the one header that says it when the headers cannot be read', async () => {
    expect(await handedIn(aPoison(saying(fact.commandId)))).toMatchObject({ commandId: fact.commandId });
    expect(await handedIn(aPoison(saying('none')))).toMatchObject({ commandId: null });
    expect(
      await handedIn(aPoison({ ...saying('x'), raw: () => ({ key: null, value: null, headers: [] }) })),
    ).toMatchObject({ commandId: null });
  });

  it.each(['', 'a/b', 'a+b', '#', 'a\u0000b', '\u{fffd}', 'x'.repeat(129)])(
    'is of no device when its key is %j, which no device can be called',
    async (key) => expect(await handedIn(aPoison({ key }))).toMatchObject({ deviceId: null }),
  );

  it('reaches its consumer as a fault when the store is away, so that it is tried again', async () => {
    const receive = () => Promise.reject(new Error('away'));
    await expect(poisonTo({ receive })(aPoison())).rejects.toThrow('away');
  });
});

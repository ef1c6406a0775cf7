import { describe, expect, it } from '@jest/globals';
import { OffsetLedger } from './offset-ledger.js';

const at = (partition: number, offset: number | string, epoch: number) => ({
  partition,
  offset: String(offset),
  epoch,
});

describe('the ledger of offsets', () => {
  it('commits the offset behind the last record handled, per partition', () => {
    const ledger = new OffsetLedger();
    ledger.assign([0, 1, 2]);
    ledger.handled([at(0, 4, 1), at(1, 9, 1), at(0, 5, 1)]);
    expect(ledger.uncommitted()).toEqual([
      { partition: 0, offset: '6' },
      { partition: 1, offset: '10' },
    ]);
  });

  it('commits nothing twice, and nothing before it is handled', () => {
    const ledger = new OffsetLedger();
    ledger.assign([0]);
    expect(ledger.uncommitted()).toEqual([]);
    ledger.handled([at(0, 0, 1)]);
    ledger.committed(ledger.uncommitted());
    expect(ledger.uncommitted()).toEqual([]);
  });

  it('knows what was handled while a commit was on its way', () => {
    const ledger = new OffsetLedger();
    ledger.assign([0]);
    ledger.handled([at(0, 0, 1)]);
    const underWay = ledger.uncommitted();
    ledger.handled([at(0, 1, 1)]);
    ledger.committed(underWay);
    expect(ledger.uncommitted()).toEqual([{ partition: 0, offset: '2' }]);
  });

  it('does not go back when a record is handled again', () => {
    const ledger = new OffsetLedger();
    ledger.assign([0]);
    ledger.handled([at(0, 7, 1)]);
    ledger.handled([at(0, 3, 1)]);
    expect(ledger.uncommitted()).toEqual([{ partition: 0, offset: '8' }]);
  });

  it('commits what it finished of a partition that it kept over a rebalance', () => {
    const ledger = new OffsetLedger();
    ledger.assign([0]);
    ledger.assign([0, 1]);
    ledger.handled([at(0, 7, 1)]);
    expect(ledger.uncommitted()).toEqual([{ partition: 0, offset: '8' }]);
  });

  it('commits nothing of a partition that was given away, even if it came back: its other owner may be further on', () => {
    const ledger = new OffsetLedger();
    ledger.assign([0, 1]);
    ledger.handled([at(1, 3, 1)]);
    ledger.assign([0]);
    expect(ledger.uncommitted()).toEqual([]);
    ledger.assign([0, 1]);
    ledger.handled([at(1, 3, 1)]);
    expect(ledger.uncommitted()).toEqual([]);
    ledger.handled([at(1, 9, 3)]);
    expect(ledger.uncommitted()).toEqual([{ partition: 1, offset: '10' }]);
  });

  it('counts beyond what a number can', () => {
    const ledger = new OffsetLedger();
    ledger.assign([0]);
    ledger.handled([at(0, '9007199254740993', 1)]);
    expect(ledger.uncommitted()).toEqual([{ partition: 0, offset: '9007199254740994' }]);
  });
});

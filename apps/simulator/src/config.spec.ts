import { describe, expect, it } from '@jest/globals';
import { readConfig } from './config.js';

describe('the simulator’s command line', () => {
  it('numbers the devices of a fleet', () => {
    expect(readConfig(['--devices', '2', '--prefix', 'd', '--device', 'x']).groups[0]!.ids).toEqual(['x', 'd0', 'd1']);
  });

  it.each([
    [[], 'give --device'],
    [['--devices', 'many'], '--devices takes a whole number'],
    [['--device', 'd', '--behaviour', 'kind'], '--behaviour takes answering'],
    [['--device', 'd', '--wire-format', 'toString'], '--wire-format takes native, huawei'],
    [['--device', 'd', '--wire-format', 'enos'], '--product-key'],
    [['--device', 'd', '--reconnect-at-ms', 'soon'], '--reconnect-at-ms takes a whole number'],
    [['--device', 'd', '--colour', 'red'], '--colour'],
  ])('refuses %j and says what it takes', (args, message) => {
    expect(() => readConfig(args)).toThrow(message);
  });
});

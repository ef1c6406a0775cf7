import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, startMosquitto, type TestMosquitto } from '@downlink/testing';
import { openLine, type BreakableLine } from './breakable-line.js';
import { commandId, NativePlatform } from './native-platform.js';

/** A device of the native format that handles `Valve`/`open` by succeeding. */
export interface DeviceUnderTest {
  /** How often it has executed this command, restarts included. */
  executions(commandId: string): number;
  /** Ends in order. */
  stop(): Promise<void>;
  /** A new process of the same device after `stop`: it has what the device keeps, and nothing else. */
  startAgain(): Promise<void>;
}

/** Starts a device at this broker; resolves when it is online. It comes back within a second when its connection breaks. */
export type StartDevice = (broker: { readonly url: string; readonly id: string }) => Promise<DeviceUnderTest>;

/** What a good device does, as seen on the wire. */
export function deviceContract(start: StartDevice): void {
  let broker: TestMosquitto;
  let line: BreakableLine;
  let platform: NativePlatform;
  let device: DeviceUnderTest;
  let number = 0;

  beforeAll(async () => {
    broker = await startMosquitto();
    line = await openLine(broker.port);
  });
  beforeEach(async () => {
    const id = `good-${(number += 1)}`;
    platform = await NativePlatform.listen(broker.url, id);
    device = await start({ url: line.url, id });
  });
  afterEach(async () => {
    await device.stop();
    await platform.stop();
  });
  afterAll(async () => {
    await line.stop();
    await broker.stop();
  });

  describe('with a command', () => {
    it('acknowledges it and answers it, at QoS 1 and never retained', async () => {
      await platform.send(1);
      await eventually(() => expect(platform.statuses).toEqual(['1 acknowledged', '1 succeeded']));
      for (const { qos, retained } of platform.answers) expect({ qos, retained }).toEqual({ qos: 1, retained: false });
      expect(device.executions(commandId(1))).toBe(1);
    });

    it('executes a repetition no second time, and answers it with the very same words', async () => {
      await platform.send(1);
      await eventually(() => expect(platform.statuses).toContain('1 succeeded'));
      const [, first] = platform.answers;
      platform.said.splice(0);
      await platform.send(1, { attempt: 2 });
      await eventually(() => expect(platform.answers.map(({ text }) => text)).toContain(first!.text));
      expect(device.executions(commandId(1))).toBe(1);
    });

    it('executes no second time what it executed before a restart, and answers it with the very same words', async () => {
      await platform.send(1);
      await eventually(() => expect(platform.statuses).toContain('1 succeeded'));
      const [, first] = platform.answers;
      await device.stop();
      platform.said.splice(0);
      await device.startAgain();
      await platform.send(1, { attempt: 2 });
      await eventually(() => expect(platform.answers.map(({ text }) => text)).toContain(first!.text));
      expect(device.executions(commandId(1))).toBe(1);
    });

    it('does not execute it after its deadline, and does execute a later attempt of it', async () => {
      await platform.send(1, { inMs: -1_000 });
      await platform.send(2);
      await eventually(() => expect(platform.statuses).toEqual(['2 acknowledged', '2 succeeded']));
      expect(device.executions(commandId(1))).toBe(0);
      await platform.send(1, { attempt: 2 });
      await eventually(() => expect(platform.statuses.slice(2)).toEqual(['1 acknowledged', '1 succeeded']));
      expect(device.executions(commandId(1))).toBe(1);
    });

    it('executes several in the order in which they came', async () => {
      const ids = [1, 2, 3, 4, 5];
      for (const id of ids) await platform.send(id);
      await eventually(() =>
        expect(platform.statuses.filter((status) => status.endsWith('succeeded'))).toEqual(
          ids.map((id) => `${id} succeeded`),
        ),
      );
    });

    it('finds it when it comes back, if it was sent while the device was away', async () => {
      await device.stop();
      await platform.send(1);
      await device.startAgain();
      await eventually(() => expect(platform.statuses).toEqual(['1 acknowledged', '1 succeeded']));
    });

    it.each(['', 'no JSON', 'null', '[]', '{}', '{"id":7}', '\u0000'])(
      'goes on after %j in its place',
      async (text) => {
        await platform.sendText(text);
        await platform.send(1);
        await eventually(() => expect(platform.statuses).toContain('1 succeeded'));
      },
    );
  });

  describe('with its presence', () => {
    const told = () => platform.presence.map(({ body, qos, retained }) => ({ online: body['online'], qos, retained }));
    const epochs = () => platform.presence.map(({ body }) => body['epoch'] as number);

    it('is there when it says so: a command that follows its birth reaches it', async () => {
      await eventually(() => expect(told()).toEqual([{ online: true, qos: 1, retained: true }]));
      await platform.send(1);
      await eventually(() => expect(platform.statuses).toContain('1 succeeded'));
    });

    it('is told away by its will when its line breaks, and back by a birth with a larger epoch', async () => {
      await eventually(() => expect(told()).toHaveLength(1));
      line.cut();
      await eventually(() => expect(told().map(({ online }) => online)).toEqual([true, false, true]));
      const [born, lost, back] = epochs();
      expect(lost).toBe(born);
      expect(back).toBeGreaterThan(born!);
    });

    it('has a larger epoch after a restart as well', async () => {
      await eventually(() => expect(told()).toHaveLength(1));
      await device.stop();
      await device.startAgain();
      await eventually(() => expect(told().at(-1)).toMatchObject({ online: true }));
      expect(epochs().at(-1)).toBeGreaterThan(epochs()[0]!);
    });
  });
}

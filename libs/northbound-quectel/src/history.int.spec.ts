import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseCommandId, type Json, type Signal } from '@downlink/command-domain';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { quectelFace } from './face.js';
import { QuectelModule } from './quectel.module.js';
import {
  declareSpecimens,
  entriesOf,
  FOREIGN,
  FOREIGN_ACCESS_KEY,
  FOREIGN_ACCESS_SECRET,
  idOf,
  MODELLED,
  OWN,
  QuectelClient,
  type JsonAnswer,
} from './spec-support/quectel-client.js';
import { readGolden } from './spec-support/read-golden.js';

type Row = Readonly<Record<string, unknown>>;

const golden = readGolden<{ members: string[]; envelope: string[] }>('history');
const DEVICE = idOf(MODELLED.deviceKey);
const OF_DEVICE = `productKey=${MODELLED.productKey}&deviceKey=${MODELLED.deviceKey}`;
const MS = /^\d{13}$/;
const textOf = (row: Row) => Buffer.from(row['data'] as string, 'base64').toString('utf8');

describe('the history of a device', () => {
  let running: RunningNorthbound;
  let client: QuectelClient;
  let foreigner: QuectelClient;

  beforeAll(async () => {
    running = await startNorthbound([quectelFace], (ports) => QuectelModule.forRoot(ports));
    await declareSpecimens(running);
    client = await QuectelClient.of(running.url);
    foreigner = await QuectelClient.of(running.url, FOREIGN_ACCESS_KEY, FOREIGN_ACCESS_SECRET);
  });
  afterAll(() => running.stop());

  const rowsOf = ({ body }: JsonAnswer) => body['data'] as Row[];
  const ticketIn = (answer: JsonAnswer) => entriesOf(answer)[0]!.ticket!;
  const send = async (call: string, data: unknown, over: object = {}) =>
    ticketIn(await client.tsl(call, data, { productKey: 'PK0002', devices: ['DK00002'], ...over }));
  const about = (ticket: string) => ({ commandId: parseCommandId(ticket)!, deviceId: DEVICE });
  const handle = (signal: Signal) => running.handle(signal);
  const answered = (ticket: string, result: Json) =>
    handle({ ...about(ticket), kind: 'device-answered', answer: { outcome: 'succeeded', result } });
  const ofTicket = async (ticket: string, more = '') => rowsOf(await client.history(`ticket=${ticket}${more}`));

  it('has the members of the vendor’s example', async () => {
    const ticket = await send('readData', ['target', 'power']);
    await answered(ticket, { target: 12, power: true });
    const answer = await client.history(`ticket=${ticket}`);
    expect(answer).toMatchObject({ status: 200, code: 200 });
    expect(Object.keys(answer.body).toSorted()).toEqual(golden.envelope.toSorted());
    for (const row of rowsOf(answer)) expect(Object.keys(row).toSorted()).toEqual(golden.members.toSorted());
    expect(rowsOf(answer)).toHaveLength(2);
    expect(answer.body).toMatchObject({ msg: '', pageNum: 1, pageSize: 10, pages: 1, total: 2 });
  });

  it('follows a read by its ticket, with the device’s answer under it', async () => {
    const ticket = await send('readData', ['target', 'power'], { isCache: true });
    const row = {
      ...MODELLED,
      ticket,
      dataType: 'BASE64',
      sourceType: 'MODE',
      id: null,
      deviceId: null,
      productId: null,
    };
    expect(await ofTicket(ticket)).toEqual([
      {
        ...row,
        direction: 2,
        msgType: 'down',
        cmd: '0011',
        data: Buffer.from('["target","power"]').toString('base64'),
        dmData: '["1","10"]',
        sendStatus: 0,
        sendTime: expect.stringMatching(MS),
        createTime: expect.stringMatching(MS),
        updateTime: expect.stringMatching(MS),
        extData: { status: 'sending' },
      },
    ]);
    await handle({ ...about(ticket), kind: 'broker-accepted', attempt: 1 });
    expect(await ofTicket(ticket)).toMatchObject([{ direction: 2, sendStatus: 1, extData: { status: 'sent' } }]);
    await answered(ticket, { target: 12, power: true });
    expect(await ofTicket(ticket)).toMatchObject([
      {
        ...row,
        direction: 1,
        msgType: 'up',
        cmd: '0012',
        sendStatus: 1,
        dmData: '[{"id":1,"value":"12"},{"id":10,"value":true}]',
      },
      { direction: 2, sendStatus: 1, extData: { status: 'succeeded' } },
    ]);
    expect(textOf((await ofTicket(ticket))[0]!)).toBe('[{"target":"12"},{"power":"true"}]');
    expect(await ofTicket(ticket, '&direction=1')).toHaveLength(1);
    expect(await ofTicket(ticket, '&direction=2&sendStatus=0')).toEqual([]);
    expect(await ofTicket(ticket, '&pageSize=1&pageNum=2')).toMatchObject([{ direction: 2 }]);
  });

  it('shows writes and calls in the nested encoding and by the numbers of the model', async () => {
    const plan = [{ '0': [{ on: 'false' }, { level: '4' }] }];
    const data = [{ mode: '2' }, { wake: '1635839462000' }, { steps: [{ '0': '1' }, { '0': '2' }] }, { plan }];
    const written = await send('writeData', data.toReversed());
    await answered(written, {});
    const [, write] = await ofTicket(written);
    expect(write).toMatchObject({ cmd: '0013' });
    expect(textOf(write!)).toBe(JSON.stringify(data));
    expect(JSON.parse(write!['dmData'] as string)).toEqual([
      { id: 11, value: '2' },
      { id: 16, value: '1635839462000' },
      {
        id: 18,
        value: [
          { id: 0, value: '1' },
          { id: 0, value: '2' },
        ],
      },
      {
        id: 19,
        value: [
          {
            id: 0,
            value: [
              { id: 1, value: false },
              { id: 2, value: '4' },
            ],
          },
        ],
      },
    ]);
    const called = await send('sendServiceData', [{ program: [{ mode: '1' }] }]);
    await answered(called, { result: 7 });
    const [output, call] = await ofTicket(called);
    expect(call).toMatchObject({ cmd: null, dmData: '[{"id":"program","value":[{"id":11,"value":"1"}]}]' });
    expect(textOf(call!)).toBe('[{"program":[{"mode":"1"}]}]');
    expect(output).toMatchObject({ dmData: '[{"id":8,"value":"7"}]' });
    expect(textOf(output!)).toBe('[{"result":"7"}]');
  });

  it('shows raw data as its bytes', async () => {
    const raw = ticketIn(await client.raw({ devices: [MODELLED], data: '00ff', encode: 'Hex' }));
    const text = ticketIn(await client.raw({ devices: [MODELLED], data: '123' }));
    expect(await ofTicket(raw)).toMatchObject([{ data: 'AP8=', dmData: null, sourceType: 'RAW', cmd: null }]);
    expect(await ofTicket(text)).toMatchObject([{ data: 'MTIz' }]);
  });

  it('shows what a device without a model answered, whatever it is', async () => {
    const ticket = ticketIn(await client.service());
    const deviceId = idOf(OWN.deviceKey);
    const commandId = parseCommandId(ticket)!;
    const answer = { outcome: 'failed' as const, result: [1, null], code: '7' };
    await handle({ kind: 'device-answered', commandId, deviceId, answer });
    const [up, down] = await ofTicket(ticket);
    expect(down).toMatchObject({ sendStatus: -1, dmData: '[{"id":"fuwu","value":[{"id":"raw1","value":"AA"}]}]' });
    expect(up).toMatchObject({ extData: { status: 'failed', code: '7' } });
    expect(textOf(up!)).toBe('[{"value":[{"0":"1"},{"0":""}]}]');
  });

  it('is read by pages, times, direction and send status', async () => {
    const device = { productKey: 'PK0002', devices: ['DK00003'] };
    await handle({ kind: 'device-unreachable', deviceId: idOf('DK00003') });
    const tickets: string[] = [];
    for (let made = 0; made < 3; made++) {
      tickets.push(ticketIn(await client.tsl('readData', ['target'], { ...device, isCache: true })));
    }
    const of = 'productKey=PK0002&deviceKey=DK00003';
    const ask = async (more = '') => rowsOf(await client.history(`${of}${more}`)).map(({ ticket }) => ticket);
    expect(await ask()).toEqual(tickets.toReversed());
    expect(await client.history(`${of}&pageSize=2`)).toMatchObject({
      body: { pageNum: 1, pageSize: 2, pages: 2, total: 3 },
    });
    expect(await ask('&pageSize=2&pageNum=2')).toEqual([tickets[0]]);
    expect(await ask('&pageNum=3&pageSize=2')).toEqual([]);
    expect(await ask('&direction=2')).toHaveLength(3);
    expect(await ask('&direction=1')).toEqual([]);
    expect(await ask('&sendStatus=0')).toHaveLength(3);
    expect(await ask('&sendStatus=1')).toEqual([]);
    const [second] = rowsOf(await client.history(`ticket=${tickets[1]!}`));
    const at = second!['createTime'] as string;
    expect(await ask(`&beginDateTimp=${at}&endDateTimp=${at}`)).toContain(tickets[1]);
    expect(await ask(`&endDateTimp=${String(Number(at) - 1)}`)).not.toContain(tickets[1]);
    expect(await ask('&beginDateTimp=&endDateTimp=&direction=&sendStatus=&pageNum=&pageSize=')).toHaveLength(3);
    await handle({ kind: 'device-reachable', deviceId: idOf('DK00003') });
    const first = { commandId: parseCommandId(tickets[0]!)!, deviceId: idOf('DK00003') };
    await handle({ ...first, kind: 'device-answered', answer: { outcome: 'succeeded', result: { target: 10 } } });
    expect(await ask('&direction=1')).toEqual([tickets[0]]);
    expect(await ask('&direction=1&sendStatus=-1')).toEqual([]);
    expect(await ask('&sendStatus=1')).toEqual([tickets[0]]);
    expect(rowsOf(await client.history(`deviceId=${idOf('DK00003')}&productKey=x`))).toHaveLength(3);
    await handle({ kind: 'cancel', commandId: parseCommandId(tickets[2]!)!, deviceId: idOf('DK00003') });
    expect(await ask('&sendStatus=-1')).toEqual([tickets[2]]);
  });

  it('is nobody else’s affair', async () => {
    const ticket = ticketIn(await client.service({ isCache: true }));
    const foreign = ticketIn(await foreigner.service({ productKey: FOREIGN.productKey, devices: [FOREIGN.deviceKey] }));
    expect(rowsOf(await foreigner.history(`ticket=${ticket}`))).toEqual([]);
    expect(await ofTicket(foreign)).toEqual([]);
    expect(await ofTicket('1335004867605954560')).toEqual([]);
    expect(await ofTicket('no-ticket')).toEqual([]);
    const foreignDevice = `productKey=${FOREIGN.productKey}&deviceKey=${FOREIGN.deviceKey}`;
    for (const query of [
      foreignDevice,
      `deviceId=${idOf(FOREIGN.deviceKey)}`,
      'deviceId=nobody',
      'productKey=a&deviceKey=b',
    ]) {
      expect(await client.history(query)).toMatchObject({ status: 200, code: 70130, body: { data: null } });
    }
  });

  it.each<[string, string, number]>([
    ['nothing named', '', 50007],
    ['a product alone', 'productKey=PK0002', 50007],
    ['a device key alone', 'deviceKey=DK00002', 50007],
    ['an empty device key', 'productKey=PK0002&deviceKey=', 50007],
    ['pageSize 0', `${OF_DEVICE}&pageSize=0`, 50005],
    ['pageSize 101', `${OF_DEVICE}&pageSize=101`, 50005],
    ['pageNum 0', `${OF_DEVICE}&pageNum=0`, 50005],
    ['pageNum in words', `${OF_DEVICE}&pageNum=one`, 50005],
    ['direction 0', `${OF_DEVICE}&direction=0`, 50005],
    ['direction 3', `${OF_DEVICE}&direction=3`, 50005],
    ['sendStatus 2', `${OF_DEVICE}&sendStatus=2`, 50005],
    ['sendStatus -2', `${OF_DEVICE}&sendStatus=-2`, 50005],
    ['a time in words', `${OF_DEVICE}&beginDateTimp=now`, 50005],
    ['times the wrong way', `${OF_DEVICE}&beginDateTimp=2&endDateTimp=1`, 50005],
    ['two devices', `${OF_DEVICE}&deviceKey=x`, 50005],
    ['a key of 129', `productKey=PK0002&deviceKey=${'x'.repeat(129)}`, 50005],
  ])('is not read with %s', async (_, query, code) => {
    expect(await client.history(query)).toMatchObject({ status: 200, code, body: { data: null } });
  });

  it.each(['pageSize=1', 'pageSize=100', 'pageNum=1', 'language=EN', 'other=x'])('is read with %s', async (more) => {
    expect(await client.history(`${OF_DEVICE}&${more}`)).toMatchObject({ code: 200 });
  });
});

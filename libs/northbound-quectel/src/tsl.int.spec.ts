import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@downlink/command-domain';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { quectelFace } from './face.js';
import { QuectelModule } from './quectel.module.js';
import {
  declareSpecimens,
  FOREIGN,
  FOREIGN_ACCESS_KEY,
  FOREIGN_ACCESS_SECRET,
  goldenModel,
  OWN,
  QuectelClient,
  TSL,
  type JsonAnswer,
} from './spec-support/quectel-client.js';
import { readGolden } from './spec-support/read-golden.js';

const document = readGolden<JsonObject>('tsl');

describe('the thing model of a product', () => {
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

  const exported = (productKey: string, by = client) =>
    by.call('GET', `${TSL}/export/tslFile?productKey=${productKey}`);
  const imported = (productKey: string, body: unknown = document, by = client) =>
    by.call('POST', `${TSL}/import/tslFile?productKey=${productKey}`, body);
  const write = () => client.tsl('writeData', [{ humidity: '1' }]);
  const expectCode = ({ status, code, body }: JsonAnswer, expected: number) => {
    expect({ status, code, data: body['data'] }).toEqual({ status: 200, code: expected, data: null });
  };

  it('is read back as it was imported', async () => {
    const answer = await exported('PK0002');
    expect(answer).toMatchObject({ status: 200, code: 200, body: { msg: '', data: document } });
  });

  it('rules the calls from the moment it is imported, and each new one is a version', async () => {
    expectCode(await exported(OWN.productKey), 70097);
    expect(await write()).toMatchObject({ code: 200 });
    const version = async (body?: unknown) => (await imported(OWN.productKey, body)).body['data'];
    expect(await version()).toEqual({ productKey: OWN.productKey, version: 1 });
    expectCode(await write(), 71038);
    expect(await exported(OWN.productKey)).toMatchObject({ code: 200, body: { data: document } });
    expect((await running.ports.registry.product(OWN.productKey))!.model).toEqual(goldenModel());
    expect(await version()).toEqual({ productKey: OWN.productKey, version: 1 });
    const humidity = { code: 'humidity', dataType: 'FLOAT', subType: 'RW' };
    expect(await version({ properties: [humidity] })).toEqual({ productKey: OWN.productKey, version: 2 });
    expect(await write()).toMatchObject({ code: 200 });
  });

  it('of more than 64 KiB is taken', async () => {
    const properties = Array.from({ length: 1_000 }, (_, n) => ({
      code: `p${String(n)}`,
      dataType: 'TEXT',
      subType: 'RW',
      desc: 'x'.repeat(100),
    }));
    expect(await imported('RAW', { properties })).toMatchObject({ code: 200 });
  });

  it('that cannot be read is refused with 71008, and the place is named', async () => {
    const before = await running.ports.registry.product('PK0002');
    const wrong = { properties: [{ code: 'p', dataType: 'INT', subType: 'RW', specs: { min: 'low' } }] };
    const answer = await imported('PK0002', wrong);
    expectCode(answer, 71008);
    expect(answer.detail).toBe('properties[0].specs.min: expected a number');
    expectCode(await imported('PK0002', []), 71008);
    expect(await running.ports.registry.product('PK0002')).toEqual(before);
  });

  it('that came another way is not made up', async () => {
    const product = { key: 'TSL', applicationId: 'app-1', name: '', wireFormat: 'native' };
    await running.ports.registry.apply({
      applications: [],
      products: [{ ...product, model: { services: [] } }],
      devices: [],
    });
    expectCode(await exported('TSL'), 71006);
  });

  it('is nobody else’s affair', async () => {
    for (const productKey of [FOREIGN.productKey, 'none']) {
      expectCode(await exported(productKey), 70089);
      expectCode(await imported(productKey), 70089);
    }
    expectCode(await exported('PK0002', foreigner), 70089);
    expectCode(await exported(''), 50006);
    expectCode(await imported(''), 50006);
    expectCode(await client.call('GET', `${TSL}/export/tslFile?productKey=a&productKey=b`), 50005);
  });
});

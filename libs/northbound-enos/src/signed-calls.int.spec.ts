import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  exchange,
  startNorthbound,
  type ContractRequest,
  type RunningNorthbound,
} from '@downlink/northbound-kit/contracts';
import { EnosModule } from './enos.module.js';
import { enosFaces } from './face.js';
import {
  APPLICATION,
  COMMANDS,
  declareSpecimens,
  EnosClient,
  enosCredentials,
  FOREIGN_APPLICATION,
  FOREIGN_ORG,
  ORG,
  signed,
} from './spec-support/enos-client.js';
import { readGolden } from './spec-support/read-golden.js';

const BODY = '{ "inputData": { "farbe": "grün ☂" } }\n';

describe('a signed call', () => {
  let running: RunningNorthbound;
  let client: EnosClient;

  beforeAll(async () => {
    running = await startNorthbound(enosFaces, (ports) => EnosModule.forRoot(ports, { laneCap: 1_000 }));
    await declareSpecimens(running);
    client = await EnosClient.of(running.url);
  });
  afterAll(() => running.stop());

  const query = { action: 'invokeService', orgId: ORG, productKey: 'lamp0001', deviceKey: 'dk-1', serviceId: 's' };
  const path = `${COMMANDS}?${new URLSearchParams({ ...query, pendingTtl: '60' }).toString()}`;
  const request = (): ContractRequest => ({
    method: 'POST',
    path,
    headers: { 'apim-accesstoken': client.token, 'content-type': 'application/json' },
    body: BODY,
  });
  const send = async (made: ContractRequest) => {
    const { status, body } = await exchange(running.url, made);
    return { status, ...(JSON.parse(body) as { code: number; msg: string; data: unknown }) };
  };
  const withHeaders = (over: Record<string, string>) => {
    const made = signed(request());
    return { ...made, headers: { ...made.headers, ...over } };
  };
  const without = (header: string) => {
    const made = signed(request());
    return { ...made, headers: Object.fromEntries(Object.entries(made.headers).filter(([name]) => name !== header)) };
  };

  it('is taken with the body’s bytes as they came, and with parameters in any order', async () => {
    expect(await send(signed(request()))).toMatchObject({ status: 200, code: 0 });
    const turned = `${COMMANDS}?serviceId=%C3%BC+b&&${path.split('?')[1]!.replace('serviceId=s', 'x=')}`;
    expect(await send(signed({ ...request(), path: turned }))).toMatchObject({ code: 0 });
    const { commandId } = (await send(signed(request()))).data as { commandId: string };
    const head = await running.ports.reader.head(commandId as never);
    expect(head?.state.request.parameters).toEqual({ farbe: 'grün ☂' });
  });

  it.each<[string, number, () => ContractRequest]>([
    ['no token', 1202, () => without('apim-accesstoken')],
    ['no timestamp', 1202, () => without('apim-timestamp')],
    ['no signature', 1202, () => without('apim-signature')],
    ['an empty signature', 1202, () => withHeaders({ 'apim-signature': '' })],
    ['a token that was never issued', 1203, () => withHeaders({ 'apim-accesstoken': 'f'.repeat(64) })],
    ['a token of 10,000 characters', 1203, () => withHeaders({ 'apim-accesstoken': 'f'.repeat(10_000) })],
    ['a wrong signature', 1003, () => withHeaders({ 'apim-signature': 'a'.repeat(64) })],
    ['a signature in capitals', 1003, () => withHeaders({ 'apim-signature': 'A'.repeat(64) })],
    ['a signature that is none', 1003, () => withHeaders({ 'apim-signature': 'x' })],
    ['a signature with another secret', 1003, () => signed(request(), 'as-2')],
    ['another body than was signed', 1003, () => ({ ...signed(request()), body: BODY.replace('grün', 'blau') })],
    ['a body that means the same, written otherwise', 1003, () => ({ ...signed(request()), body: BODY.trim() })],
    ['another query than was signed', 1003, () => ({ ...signed(request()), path: `${path}&timeout=5` })],
    ['another timestamp than was signed', 1003, () => withHeaders({ 'apim-timestamp': String(Date.now() + 1000) })],
    [
      'a timestamp of an hour ago',
      1004,
      () => signed(withHeaders({ 'apim-timestamp': String(Date.now() - 3_600_000) })),
    ],
    [
      'a timestamp in seconds',
      1004,
      () => signed(withHeaders({ 'apim-timestamp': String(Math.floor(Date.now() / 1000)) })),
    ],
    ['a timestamp in words', 1004, () => signed(withHeaders({ 'apim-timestamp': 'now' }))],
  ])('is refused with %s (%i), and nothing is stored', async (_, code, made) => {
    const before = running.facts.length;
    expect(await send(made())).toMatchObject({ status: 200, code, data: null });
    expect(running.facts).toHaveLength(before);
  });

  it('with the token of an application that another one’s secret signs is refused', async () => {
    const other = await EnosClient.of(running.url, 'ak-2', 'as-2');
    const crossed = new EnosClient(running.url, other.token, 'as-1');
    expect((await crossed.invoke({ pendingTtl: '60' })).code).toBe(1003);
  });

  it('can be made again within the clock’s tolerance: the scheme knows no number used once', async () => {
    const made = signed(request());
    expect((await send(made)).code).toBe(0);
    expect((await send(made)).code).toBe(0);
  });

  it('costs no query for authentication: token and secret are remembered', async () => {
    await client.invoke({ pendingTtl: '60' });
    let asked = 0;
    const { tokens, registry } = running.ports;
    const [find, secretOf] = [tokens.find, registry.signingSecretOf];
    Object.assign(tokens, { find: (...args: Parameters<typeof find>) => ((asked += 1), find(...args)) });
    Object.assign(registry, {
      signingSecretOf: (...args: Parameters<typeof secretOf>) => ((asked += 1), secretOf(...args)),
    });
    for (let calls = 0; calls < 5; calls++) expect((await client.invoke({ pendingTtl: '60' })).code).toBe(0);
    Object.assign(tokens, { find });
    Object.assign(registry, { signingSecretOf: secretOf });
    expect(asked).toBe(0);
  });

  it('is about the caller’s organization, or about one that lets it act for itself', async () => {
    const foreign = { orgId: FOREIGN_ORG, assetId: 'asset-f', pendingTtl: '60' };
    for (const orgId of [FOREIGN_ORG, 'org-nobody']) {
      expect(await client.invoke({ ...foreign, orgId })).toMatchObject({
        code: 99403,
        msg: `Denied resource orgId ${orgId}`,
      });
    }
    const credentials = enosCredentials(ORG, 'ak-1', 'as-1');
    const declare = (authorisedBy: string[]) =>
      running.ports.registry.apply({
        applications: [{ id: APPLICATION, name: 'one', credentials, authorisedBy }],
        products: [],
        devices: [],
      });
    await declare([FOREIGN_APPLICATION]);
    const taken = await client.invoke(foreign);
    expect(taken).toMatchObject({ code: 0 });
    const { commandId } = taken.data as { commandId: string };
    const get = { orgId: FOREIGN_ORG, assetId: 'asset-f', commandId };
    expect((await client.commands('GET', 'get', get)).data).toMatchObject({ commandId, orgId: FOREIGN_ORG });
    expect((await client.invoke({ ...foreign, orgId: ORG })).code).toBe(99404);
    await declare([]);
    expect((await client.commands('GET', 'get', get)).code).toBe(99403);
  });
});

describe('the documented request of Set Measurement Point', () => {
  it('with its doubled & is read as any other', () => {
    const { request } = readGolden<{ request: { query: string } }>('set-measurepoint');
    expect([...new URLSearchParams(request.query).keys()].toSorted()).toEqual([
      'action',
      'deviceKey',
      'measurepointId',
      'orgId',
      'pendingTtl',
      'productKey',
      'timeout',
    ]);
  });
});

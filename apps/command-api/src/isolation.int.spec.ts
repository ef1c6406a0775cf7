import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ContractAnswer } from '@downlink/northbound-kit/contracts';
import { startApiWorld, type ApiWorld } from './spec-support/api-world.js';
import { wentWell, type Shape } from './spec-support/caller.js';
import { CATALOGUE, type Ids } from './spec-support/catalogue/index.js';
import {
  declareTenant,
  declareTwoApplications,
  live,
  nobodysIds,
  type TwoApplications,
} from './spec-support/two-applications.js';

/** What may tell something about another application; dates, lengths and the like do not. */
const TELLING_HEADERS = ['content-type', 'downlink-detail', 'location', 'retry-after', 'www-authenticate'];

const ROUTES = Object.entries(CATALOGUE).map(([route, entry]) => [route, entry] as const);

describe('what is one application’s, no other one sees or reaches', () => {
  let world: ApiWorld;
  let applications: TwoApplications;
  let owners = 0;
  let before: { rows: Record<string, number>; seen: readonly string[] };

  beforeAll(async () => {
    world = await startApiWorld();
    applications = await declareTwoApplications(world);
    before = { rows: await world.countRows(), seen: await seenByOwner() };
  });
  afterAll(() => world.stop());

  /** All that the first application can read of what it has. */
  async function seenByOwner(): Promise<string[]> {
    const { client, ids } = applications.one;
    const paths = [
      `/v1/commands/${ids.command}/history`,
      `/v1/devices/${ids.device}`,
      `/v1/devices/${ids.device}/stray-answers`,
      `/v1/products/${ids.product}`,
      `/v1/cancel-tasks/${ids.task}`,
      `/v1/dead-letters/${ids.deadLetter}`,
      `/iocm/app/sub/v1.2.0/subscriptions/${ids.subscription}`,
      `/iocm/app/batchtask/v1.1.0/tasks/${ids.batchTask}`,
    ];
    const answers = await Promise.all(paths.map((path) => client.call('GET', { path })));
    for (const { status } of answers) expect(status).toBe(200);
    return answers.map(({ body }) => body);
  }

  /** What the second application's call came to, without the ids that it named itself and without what is different each time. */
  async function told(method: string, shape: Shape, named: Ids): Promise<object> {
    const { status, headers, body } = await applications.other.client.call(method, shape);
    const telling = TELLING_HEADERS.map((name) => headers[name] ?? null);
    return { status, telling: unnamed(JSON.stringify(telling), named), body: unnamed(body, named) };
  }

  it('the catalogue has calls of every route that is registered, and of no other', () => {
    const served = world.routes.filter((route) => !route.startsWith('HEAD '));
    expect(Object.keys(CATALOGUE).sort()).toEqual([...served].sort());
  });

  it.each(ROUTES)(
    '%s: somebody else’s ids come to the same as ids that do not exist',
    async (route, { shapes }) => {
      const [method] = route.split(' ') as [string];
      const { one, other } = applications;
      const nobodys = nobodysIds(one.ids);
      const pairs: (readonly [Ids, Ids])[] = [[one.ids, nobodys], ...mixed(other.ids, one.ids, nobodys)];
      for (const shapeOf of shapes) {
        for (const [real, none] of pairs) {
          const [foreign, unknown] = [shapeOf(real), shapeOf(none)];
          if (JSON.stringify(foreign) === JSON.stringify(shapeOf(other.ids))) continue;
          for (const verb of method === 'GET' ? ['GET', 'HEAD'] : [method]) {
            expect(await told(verb, foreign, real)).toEqual(await told(verb, unknown, none));
          }
        }
      }
    },
    60_000,
  );

  it('none of these calls changed anything', async () => {
    expect(await world.countRows()).toEqual(before.rows);
    expect(await seenByOwner()).toEqual(before.seen);
    expect(world.logLines.filter((line) => line.includes('our fault'))).toEqual([]);
  });

  it('nothing of it is in any answer to another application, whatever that asks for', async () => {
    for (const [route, { shapes }] of ROUTES) {
      const method = route.split(' ')[0]!;
      if (method !== 'GET') continue;
      for (const shapeOf of shapes) {
        const { body } = await applications.other.client.call(method, shapeOf(applications.other.ids));
        expect({ route, body }).toEqual({ route, body: expect.not.stringMatching(/sesame/i) });
        for (const id of ['command', 'task'] as const) expect(body).not.toContain(applications.one.ids[id]);
      }
    }
  }, 60_000);

  it.each(ROUTES.filter(([, { caller }]) => caller !== 'nobody'))(
    '%s: the same calls go well for who may make them',
    async (route, { caller, shapes }) => {
      const [method] = route.split(' ') as [string];
      const owner = await declareTenant(world, applications.admin, `clove-${String(owners++)}`);
      const client = caller === 'admin' ? applications.admin : owner.client;
      for (const shapeOf of shapes) {
        const shape = shapeOf({ ...owner.ids, ...(await live(world, owner)) });
        expectWell(shape, await client.call(method, shape));
      }
    },
    60_000,
  );
});

/** Everything the caller's own but for one id, which is somebody else's or nobody's. */
function mixed(own: Ids, foreign: Ids, nobodys: Ids): (readonly [Ids, Ids])[] {
  const names = Object.keys(own) as (keyof Ids)[];
  return names.map((name) => [
    { ...own, [name]: foreign[name] },
    { ...own, [name]: nobodys[name] },
  ]);
}

/** The vendor has two codes for an `appId` that is not the caller's; which applications there are is no secret to it. */
const UNKNOWN_APP_ID = '"100203","error_desc":"The application is not existed."';
const FOREIGN_APP_ID = `"100217","error_desc":"The application hasn't been authorized."`;

function unnamed(text: string, named: Ids): string {
  // A short one (a dead letter's is a small number) is part of much else; no answer repeats it.
  const long = Object.entries(named).filter(([, id]) => id.length >= 8);
  const ids = long.sort(([, a], [, b]) => b.length - a.length);
  const without = ids.reduce((rest, [name, id]) => rest.replaceAll(id, `<${name}>`), text);
  return without
    .replace(UNKNOWN_APP_ID, FOREIGN_APP_ID)
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>')
    .replace(/\d{4}-?\d\d-?\d\dT[\d:.]+Z|\d{13,}|[0-9a-f]{32}/g, '<passing>');
}

function expectWell({ path }: Shape, answer: ContractAnswer): void {
  if (!wentWell(path, answer)) throw new Error(`${path} answered with ${String(answer.status)}: ${answer.body}`);
}

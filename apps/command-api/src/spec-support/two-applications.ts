import { parseCommandId, type CommandId } from '@downlink/command-domain';
import { DeadLetterIntake } from '@downlink/command-engine';
import { aDeadLetter } from '@downlink/command-engine/contracts';
import type { ContractAnswer } from '@downlink/northbound-kit/contracts';
import { ADMIN_KEY, type ApiWorld } from './api-world.js';
import { Caller, type Credentials } from './caller.js';
import type { Ids } from './catalogue/index.js';
import { batchOf } from './catalogue/huawei.js';
import { tslOf } from './catalogue/vendor-models.js';

/** An application with everything that it can have, and as a client. */
export interface Tenant {
  readonly ids: Ids;
  readonly client: Caller;
}

export interface TwoApplications {
  readonly one: Tenant;
  readonly other: Tenant;
  readonly admin: Caller;
}

/** Two applications that do not know of each other. Everything that the first one names holds `sesame`, the second's `tamarind`. */
export async function declareTwoApplications(world: ApiWorld): Promise<TwoApplications> {
  const admin = new Caller(world.url, { ...credentialsOf('admin'), nativeKey: ADMIN_KEY });
  const one = await declareTenant(world, admin, 'sesame');
  const other = await declareTenant(world, admin, 'tamarind');
  return { one, other, admin };
}

/** What nobody has: everything of the same shape, and none of it is there. */
export function nobodysIds(ids: Ids): Ids {
  const command = (BigInt(ids.command) - 1_000_000_000n).toString() as CommandId;
  const names = Object.entries(ids).map(([name, id]) => [name, id.replace('sesame', 'nobody')]);
  const other = (id: string) => id.replace(/.{4}$/, (end) => (end === '0000' ? '1111' : '0000'));
  const [task, subscription, batchTask] = [ids.task, ids.subscription, ids.batchTask].map(other) as [
    string,
    string,
    string,
  ];
  const deadLetter = `${ids.deadLetter}000`;
  return { ...(Object.fromEntries(names) as unknown as Ids), command, task, subscription, batchTask, deadLetter };
}

function credentialsOf(name: string): Credentials {
  return {
    application: `${name}-app`,
    nativeKey: `native key of ${name}`.replaceAll(' ', '-'),
    huaweiSecret: `huawei-secret-${name}`,
    appKey: `${name}-app-key`,
    appSecret: `enos-secret-${name}`,
    accessKey: `${name}-access-key`,
    accessSecret: `quectel-secret-${name}`,
  };
}

/** An application of this name; all that it names holds it. */
export async function declareTenant(world: ApiWorld, admin: Caller, name: string): Promise<Tenant> {
  const credentials = credentialsOf(name);
  const named = {
    application: credentials.application,
    org: `${name}-org`,
    appKey: credentials.appKey,
    accessKey: credentials.accessKey,
    product: `${name}-product`,
    vendorProduct: `${name}-vendor`,
    device: `${name}-device`,
    deviceKey: `${name}-key`,
    asset: `${name}-asset`,
  };
  const body = provisionOf(named, credentials, name);
  const provisioned = await admin.call('POST', { path: '/v1/provision', body });
  expectStatus(200, provisioned);
  const client = new Caller(world.url, credentials);
  await client.logIn();
  return { ids: { ...named, ...(await live(world, { client, ids: named })) }, client };
}

type Named = Omit<Ids, 'command' | 'task' | 'subscription' | 'batchTask' | 'deadLetter'>;

function provisionOf(ids: Named, credentials: Credentials, name: string): object {
  const { application, nativeKey, huaweiSecret, appKey, appSecret, accessKey, accessSecret } = credentials;
  const turn = { name: 'turn' };
  const model = {
    services: [{ id: 'switch', methods: [turn, { name: 'invoke' }] }],
    properties: [{ name: 'level', type: 'integer', access: 'read-write' }],
  };
  return {
    applications: [
      {
        id: application,
        name: `${name} application`,
        native: { key: nativeKey },
        huawei: { secret: huaweiSecret },
        enos: { orgId: ids.org, appKey, appSecret },
        quectel: { accessKey, accessSecret },
      },
    ],
    products: [
      { key: ids.product, application, wireFormat: 'native', name: `${name} product`, model },
      {
        key: ids.vendorProduct,
        application,
        wireFormat: 'native',
        name: `${name} vendor product`,
        quectelTsl: tslOf(ids.vendorProduct),
      },
    ],
    devices: [
      {
        id: ids.device,
        application,
        product: ids.product,
        name: `${name} lamp`,
        key: ids.deviceKey,
        assetId: ids.asset,
        activated: true,
      },
    ],
  };
}

/** One command on its way, one queued behind it, a task to cancel that one, one for many devices, a subscription, a dead letter, and an answer to nothing. */
export async function live(
  world: ApiWorld,
  { client, ids: { application, device } }: { client: Caller; ids: Named },
): Promise<Omit<Ids, keyof Named>> {
  const post = async (path: string, body: object) => {
    const answer = await client.call('POST', { path, body });
    expectStatus(201, answer);
    return (JSON.parse(answer.body) as { id: string }).id;
  };
  const command = { deviceId: device, service: 'switch', method: 'turn', mode: 'cached' };
  await post('/v1/commands', command);
  const queued = parseCommandId(await post('/v1/commands', { ...command, callbackUrl: 'https://203.0.113.7/hook' }));
  const task = await post(`/v1/devices/${device}/cancel-tasks`, {});
  const intake = new DeadLetterIntake(world.store.deadLetters, world.engine);
  const { id: deadLetter } = await intake.receive(aDeadLetter({ deviceId: device }));
  await world.store.strayAnswers.record([
    {
      deviceId: device,
      registered: true,
      reason: 'unknown-command',
      reference: null,
      topic: 'answers',
      payload: Buffer.from(device),
    },
  ]);
  const batch = await client.call('POST', { path: '/iocm/app/batchtask/v1.1.0/tasks', body: batchOf(device) });
  expectStatus(200, batch);
  const { taskID: batchTask } = JSON.parse(batch.body) as { taskID: string };
  return { command: queued!, task, batchTask, subscription: await subscribed(world, application), deadLetter };
}

/** There is one at most for each kind of notice. */
async function subscribed({ store }: ApiWorld, applicationId: string): Promise<string> {
  const url = `https://203.0.113.7/${applicationId}`;
  const made = await store.subscriptions.create({ applicationId, topic: 'messageConfirm', url });
  const { subscriptions } = await store.subscriptions.search({ applicationId, offset: 0, limit: 1 });
  return (made ?? subscriptions[0]!).id;
}

function expectStatus(expected: number, { status, body }: ContractAnswer): void {
  if (status !== expected) throw new Error(`answered with ${String(status)}: ${body}`);
}

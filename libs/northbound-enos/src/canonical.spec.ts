import { describe, expect, it } from '@jest/globals';
import type { AcceptedStatus, CommandRequest, JsonObject } from '@downlink/command-domain';
import { ACCEPTED_STATUSES, aState, COMMAND } from '@downlink/command-domain/contracts';
import type { Device, Product } from '@downlink/command-engine';
import { searchedCommand, shownCommand } from './from-canonical.js';
import { plainName } from './names.js';
import { toCommandQuery } from './search-commands.js';
import { readGolden } from './spec-support/read-golden.js';
import { enosState, statusesOf, type EnosState } from './status-map.js';
import { askedOfMeasurepoint, askedOfService, toRequest } from './to-canonical.js';
import { readCommandFilter } from './wire/command-search.js';

interface Golden {
  readonly members: string[];
  readonly service: { readonly createTime: number; readonly inputData: JsonObject };
  readonly measurepoint: { readonly createTime: number };
}
const golden = readGolden<Golden>('command');

const device: Device = {
  id: 'd',
  applicationId: 'app-1',
  productKey: 'pk',
  wireFormat: 'enos',
  lateAnswers: 'accept',
  name: '',
  activated: true,
  key: 'dk',
  assetId: 'as',
  attributes: { enos: { timezone: '+08:00' } },
  silentSince: null,
  createdAt: 0,
};
const english = (text: string) => ({ name: { defaultValue: text, i18nValue: { en_US: text } } });
const product: Product = {
  key: 'pk',
  applicationId: 'app-1',
  name: '',
  wireFormat: 'enos',
  model: {
    services: [{ id: 'service522', methods: [{ name: 'invoke' }] }],
    properties: [{ name: 'Int_value', type: 'integer', access: 'read-write' }],
  },
  modelVersion: 1,
  modelSource: {
    format: 'enos',
    document: { services: { service522: english('service522') }, measurepoints: { Int_value: english('Int_value') } },
  },
  lateAnswers: 'record',
  attributes: {},
  createdAt: 0,
};
const around = { orgId: 'org-1', device, product };
const called = (wish: { pendingTtl: number; timeout: number }, inputData: JsonObject = {}) =>
  toRequest(askedOfService('service522', inputData), device, wish, 50);

describe('a call in canonical words', () => {
  it('is instant without pendingTtl: it joins the queue, and all of it ends with the timeout', () => {
    expect(called({ pendingTtl: 0, timeout: 7 }, { a: 1 })).toEqual({
      applicationId: 'app-1',
      deviceId: 'd',
      dialect: 'enos',
      wireFormat: 'enos',
      service: 'service522',
      method: 'invoke',
      parameters: { a: 1 },
      mode: 'immediate',
      lifetimeMs: 7_000,
      policy: {
        maxRetransmit: 0,
        firstWaitMs: 7_000,
        waitJitter: 0,
        answerWithinMs: 7_000,
        lateAnswers: 'accept',
        laneCap: 50,
        immediate: 'join',
        finishWithinMs: 7_000,
      },
    });
  });

  it('is cached with pendingTtl: the timeout begins when it is sent', () => {
    const { mode, lifetimeMs, policy } = called({ pendingTtl: 172_800, timeout: 60 });
    expect({ mode, lifetimeMs }).toEqual({ mode: 'cached', lifetimeMs: 172_800_000 });
    expect(policy).not.toHaveProperty('finishWithinMs');
    expect(policy).toMatchObject({ firstWaitMs: 60_000, answerWithinMs: 60_000, maxRetransmit: 0 });
  });

  it('of a measurement point writes a property', () => {
    expect(askedOfMeasurepoint('m', 1)).toEqual({ service: 'properties', method: 'write', parameters: { m: 1 } });
  });
});

describe('a command as EnOS shows it', () => {
  const shownAs = (request: CommandRequest, createTime: number) =>
    searchedCommand(
      { commandId: COMMAND, version: 1, state: { ...aState('queued', request), acceptedAt: createTime } },
      around,
    );
  const named = { commandId: COMMAND, orgId: 'org-1', productKey: 'pk', deviceKey: 'dk', assetId: 'as', state: 1 };

  it('is that of the vendor’s sample for a service', () => {
    const { service } = golden;
    const request = called({ pendingTtl: 600, timeout: 10 }, service.inputData);
    const struct = shownAs(request, service.createTime);
    expect(struct).toMatchObject({ ...named, ...service });
    expect(struct.createLocalTime).toBe(struct.createLocaltime);
    expect(Object.keys(struct)).toEqual(golden.members);
  });

  it('is that of the vendor’s sample for a measurement point', () => {
    const { measurepoint } = golden;
    const asked = askedOfMeasurepoint('Int_value', 111);
    const request = toRequest(asked, device, { pendingTtl: 100, timeout: 30 }, 50);
    expect(shownAs(request, measurepoint.createTime)).toMatchObject({ ...named, ...measurepoint });
  });

  const states: Record<AcceptedStatus, EnosState> = {
    queued: 1,
    sending: 4,
    sent: 4,
    delivered: 4,
    succeeded: 5,
    failed: 6,
    'timed-out': 7,
    expired: 3,
    canceled: 2,
    superseded: 2,
  };
  it.each(ACCEPTED_STATUSES)(
    '%s has its state, its time as text, and outputs only of a service that answered',
    (status) => {
      const struct = shownCommand({ commandId: COMMAND, version: 1, state: aState(status) }, around);
      expect(struct.state).toBe(states[status]);
      expect(struct.state).toBe(enosState(status));
      expect(statusesOf(struct.state)).toContain(status);
      expect(struct.createTime).toMatch(/^\d{13}$/);
      expect(struct.outputData).toEqual(status === 'succeeded' ? { on: true } : null);
    },
  );

  it('of another dialect has its method behind its service, and the product’s names only where they fit', () => {
    const struct = shownCommand(
      { commandId: COMMAND, version: 1, state: aState('queued') },
      { ...around, product: undefined },
    );
    expect(struct).toMatchObject({
      commandType: 2,
      tslIdentifier: 'switch.turn',
      commandName: plainName('switch.turn'),
    });
    expect(struct).toMatchObject({ timeout: 180, pendingTtl: 172_800, inputData: { on: true } });
  });

  it.each([
    ['write', { a: 1, b: 2 }, 1],
    ['read', { names: ['a'] }, 2],
  ] as const)('shows a %s of several properties as a whole', (method, parameters, commandType) => {
    const request = {
      ...called({ pendingTtl: 1, timeout: 1 }),
      service: 'properties',
      method,
      parameters: { ...parameters } as JsonObject,
    };
    expect(shownAs(request, 0)).toMatchObject({
      commandType,
      tslIdentifier: `properties.${method}`,
      inputData: parameters,
    });
  });
});

describe('a search in canonical words', () => {
  const queryOf = (expression?: string) =>
    toCommandQuery(readCommandFilter(expression, '+00:00'), { device, product }, { pageNo: 2, pageSize: 5, offset: 5 });

  it('asks for one page of the device’s commands', () => {
    expect(queryOf()).toEqual({ applicationId: 'app-1', deviceId: 'd', offset: 5, limit: 5 });
  });

  it.each([
    ['state = 4', { statuses: ['sending', 'sent', 'delivered'] }],
    ['state = 4 and state = 5', { statuses: [] }],
    ["commandName.en_US like 'SERVICE'", { targets: { services: ['service522', 'SERVICE'], properties: ['SERVICE'] } }],
    ["commandName.zh_CN like 'Int'", { targets: { services: ['Int'], properties: ['Int_value', 'Int'] } }],
    [
      "commandName.en_US like 's' and commandName.en_US like '522'",
      { targets: { services: ['service522'], properties: [] } },
    ],
  ])('with %s', (expression, members) => expect(queryOf(expression)).toMatchObject(members));
});

import { describe, expect, it } from '@jest/globals';
import { isJsonObject, type Json, type JsonObject } from '@downlink/command-domain';
import type { z } from 'zod';
import { createBatchTaskBody, queryBatchTaskQuery, queryTaskDetailsQuery } from './batch-task.js';
import { createCancelTaskBody, queryCancelTasksQuery } from './cancel-task.js';
import { createCommandBody } from './create-command.js';
import { modifyCommandBody } from './modify-command.js';
import { modifyDeviceBody } from './modify-device.js';
import { queryCommandsQuery } from './query-commands.js';
import { deleteDeviceQuery, queryCapabilitiesQuery, queryDeviceQuery, queryDevicesQuery } from './query-devices.js';
import { refreshKeyBody, registerByCodeBody, registerBySecretBody } from './register-device.js';
import { loginBody, logoutBody, refreshBody } from './security.js';
import { sendCommandBody, sendCommandPath } from './send-command.js';
import { deleteSubscriptionsQuery, querySubscriptionsQuery, subscribeBody } from './subscription.js';

interface Specimen {
  readonly schema: z.ZodType;
  /** With every member that the vendor has. */
  readonly whole: JsonObject;
}

const info = {
  name: 'n',
  manufacturerId: 'm',
  deviceType: 't',
  model: 'x',
  protocolType: 'MQTT',
  location: 'l',
  mac: 'a',
};

/** All bodies of the room. */
const BODIES: Readonly<Record<string, Specimen>> = {
  login: { schema: loginBody, whole: { appId: 'a', secret: 's' } },
  refreshToken: { schema: refreshBody, whole: { appId: 'a', secret: 's', refreshToken: 'r' } },
  logout: { schema: logoutBody, whole: { accessToken: 't' } },
  createCommand: {
    schema: createCommandBody,
    whole: {
      deviceId: 'd',
      command: { serviceId: 's', method: 'm', paras: {} },
      callbackUrl: 'http://a/b',
      expireTime: 600,
      maxRetransmit: 2,
    },
  },
  modifyCommand: { schema: modifyCommandBody, whole: { status: 'CANCELED' } },
  createCancelTask: { schema: createCancelTaskBody, whole: { deviceId: 'd', appId: 'a' } },
  sendCommand: {
    schema: sendCommandBody,
    whole: {
      header: {
        requestId: 'r',
        mode: 'ACK',
        from: '/users/1',
        toType: 'CLOUD',
        to: '/x',
        method: 'm',
        callbackURL: 'http://a/b',
      },
      body: {},
    },
  },
  subscribe: { schema: subscribeBody, whole: { appId: 'a', notifyType: 'commandRsp', callbackUrl: 'http://a/b' } },
  createBatchTask: {
    schema: createBatchTaskBody,
    whole: {
      appId: 'a',
      timeout: 100,
      taskName: 'n',
      taskType: 'DeviceCmd',
      param: {
        type: 'DeviceList',
        deviceList: ['d'],
        command: { serviceId: 's', method: 'm', paras: {} },
        callbackUrl: 'http://a/b',
        maxRetransmit: 3,
      },
      tags: [{ tagName: 'n', tagValue: 'v' }],
    },
  },
  registerByCode: {
    schema: registerByCodeBody,
    whole: {
      nodeId: 'n',
      verifyCode: 'v',
      psk: '01234567',
      timeout: 300,
      endUserId: 'u',
      imsi: '1',
      isSecure: true,
      productId: 'p',
      deviceName: 'd',
      deviceInfo: info,
    },
  },
  registerBySecret: {
    schema: registerBySecretBody,
    whole: {
      deviceInfo: { ...info, nodeId: 'n' },
      endUserId: 'u',
      organization: 'o',
      region: 'r',
      timezone: 'z',
      mqttConnect: true,
      productId: 'p',
      secret: '0123456789abcdef0123',
    },
  },
  refreshKey: { schema: refreshKeyBody, whole: { verifyCode: 'v', nodeId: 'n', timeout: 300 } },
  modifyDevice: {
    schema: modifyDeviceBody,
    whole: {
      name: 'n',
      endUser: 'u',
      mute: 'TRUE',
      manufacturerId: 'm',
      manufacturerName: 'm',
      deviceType: 't',
      model: 'x',
      location: 'l',
      protocolType: 'MQTT',
      region: 'r',
      organization: 'o',
      timezone: 'z',
      imsi: '1',
      ip: '127.0.0.1',
      psk: '01234567',
      isSecure: 'false',
      productId: 'p',
      deviceConfig: {},
    },
  },
};

/** 32 hex digits. */
const COMMAND = '00000000000000001afd498b3c000000';

const page = { pageNo: '1', pageSize: '2', startTime: '20170222T164000Z', endTime: '20170222T164000Z', appId: 'a' };
const commandsQuery = { ...page, deviceId: 'd' };

/** All queries of the room. */
const QUERIES: Readonly<Record<string, Specimen>> = {
  queryCommands: { schema: queryCommandsQuery, whole: commandsQuery },
  queryCancelTasks: { schema: queryCancelTasksQuery, whole: { ...commandsQuery, taskId: 't', status: 'SUCCESS' } },
  queryDevices: {
    schema: queryDevicesQuery,
    whole: {
      ...page,
      gatewayId: 'g',
      nodeType: 'GATEWAY',
      deviceType: 't',
      location: 'l',
      name: 'n',
      status: 'ONLINE',
      sort: 'ASC',
      select: 'imsi',
    },
  },
  querySubscriptions: {
    schema: querySubscriptionsQuery,
    whole: { appId: 'a', notifyType: 'commandRsp', pageNo: '1', pageSize: '2' },
  },
  deleteSubscriptions: {
    schema: deleteSubscriptionsQuery,
    whole: { appId: 'a', notifyType: 'commandRsp', callbackUrl: 'http://a/b' },
  },
  queryBatchTask: { schema: queryBatchTaskQuery, whole: { appId: 'a', select: 'tag' } },
  queryTaskDetails: {
    schema: queryTaskDetailsQuery,
    whole: {
      appId: 'a',
      taskId: 't',
      status: 'Success',
      deviceId: 'd',
      commandId: COMMAND,
      pageNo: '1',
      pageSize: '2',
    },
  },
  queryDevice: { schema: queryDeviceQuery, whole: { appId: 'a', select: 'imsi' } },
  deleteDevice: { schema: deleteDeviceQuery, whole: { appId: 'a', cascade: 'true' } },
  queryCapabilities: { schema: queryCapabilitiesQuery, whole: { appId: 'a', gatewayId: 'g', deviceId: 'd' } },
};

type Path = readonly string[];

/** Every member of an object, and of the objects in it. */
function pathsOf(value: JsonObject): Path[] {
  return Object.entries(value).flatMap(([name, inner]) => [
    [name],
    ...(isJsonObject(inner) ? pathsOf(inner).map((path) => [name, ...path]) : []),
  ]);
}

function withMember(value: JsonObject, [name, ...rest]: Path, member: Json | undefined): JsonObject {
  const { [name!]: inner, ...others } = value;
  if (rest.length > 0) return { ...others, [name!]: withMember(inner as JsonObject, rest, member) };
  return member === undefined ? others : { ...others, [name!]: member };
}

/** What was read, or which member was wrong. */
function outcome(schema: z.ZodType, value: unknown): unknown {
  const read = schema.safeParse(value);
  return read.success ? read.data : { refusedAt: read.error.issues[0]?.path };
}

const everyMember = (specimens: Readonly<Record<string, Specimen>>) =>
  Object.entries(specimens).flatMap(([name, { schema, whole }]) =>
    pathsOf(whole).map((path) => ({ name, path, schema, whole, label: `${name}.${path.join('.')}` })),
  );

describe('every member of every body', () => {
  it.each(Object.entries(BODIES))('of %s is taken', (_, { schema, whole }) => {
    expect(schema.safeParse(whole).success).toBe(true);
  });

  it.each(everyMember(BODIES))('is absent when it is null: $label', ({ schema, whole, path }) => {
    expect(outcome(schema, withMember(whole, path, null))).toEqual(outcome(schema, withMember(whole, path, undefined)));
  });

  it.each(
    everyMember(BODIES).filter(
      ({ whole, path }) => typeof path.reduce<Json>((at, name) => (at as JsonObject)[name]!, whole) === 'number',
    ),
  )('that is a number may also be its digits: $label', ({ schema, whole, path }) => {
    const number = path.reduce<Json>((at, name) => (at as JsonObject)[name]!, whole);
    expect(outcome(schema, withMember(whole, path, String(number)))).toEqual(outcome(schema, whole));
    expect(outcome(schema, withMember(whole, path, ` ${String(number)}`))).toEqual({ refusedAt: path });
  });

  it.each(
    everyMember(BODIES).filter(({ label }) => !['createCancelTask.appId', 'createBatchTask.tags'].includes(label)),
  )('is refused as a list: $label', ({ schema, whole, path }) =>
    expect(outcome(schema, withMember(whole, path, []))).toEqual({ refusedAt: path }),
  );
});

describe('every parameter of every query', () => {
  it.each(Object.entries(QUERIES))('of %s is taken', (_, { schema, whole }) => {
    expect(schema.safeParse(whole).success).toBe(true);
  });

  it.each(everyMember(QUERIES))('is absent when it is empty: $label', ({ schema, whole, path }) => {
    expect(outcome(schema, withMember(whole, path, ''))).toEqual(outcome(schema, withMember(whole, path, undefined)));
  });

  it.each(everyMember(QUERIES))('is refused when it is there twice: $label', ({ schema, whole, path }) => {
    const value = whole[path[0]!]!;
    expect(outcome(schema, withMember(whole, path, [value, value]))).toMatchObject({ refusedAt: path });
  });
});

/** Lengths of texts and values of numbers, from and to. */
const LENGTHS: readonly (readonly [specimen: string, path: string, from: number, to: number])[] = [
  ['login', 'appId', 1, 256],
  ['login', 'secret', 1, 256],
  ['refreshToken', 'refreshToken', 1, 256],
  ['logout', 'accessToken', 1, 256],
  ['createCommand', 'deviceId', 1, 64],
  ['createCommand', 'command.serviceId', 1, 64],
  ['createCommand', 'command.method', 1, 128],
  ['createCancelTask', 'deviceId', 1, 64],
  ['sendCommand', 'header.requestId', 0, 128],
  ['sendCommand', 'header.from', 0, 128],
  ['sendCommand', 'header.to', 0, 128],
  ['sendCommand', 'header.method', 1, 32],
  ['subscribe', 'appId', 1, 64],
  ['createBatchTask', 'taskName', 1, 256],
  ['createBatchTask', 'param.command.serviceId', 1, 64],
  ['createBatchTask', 'param.command.method', 1, 128],
  ['queryTaskDetails', 'deviceId', 1, 64],
  ['registerByCode', 'nodeId', 1, 256],
  ['registerByCode', 'verifyCode', 1, 256],
  ['registerByCode', 'endUserId', 1, 256],
  ['registerByCode', 'imsi', 1, 64],
  ['registerByCode', 'productId', 1, 256],
  ['registerByCode', 'deviceInfo.name', 0, 256],
  ['registerByCode', 'deviceInfo.location', 0, 2048],
  ['registerBySecret', 'deviceInfo.nodeId', 1, 256],
  ['registerBySecret', 'region', 1, 256],
  ['refreshKey', 'nodeId', 1, 256],
  ['modifyDevice', 'name', 1, 256],
  ['modifyDevice', 'location', 1, 1024],
  ['modifyDevice', 'imsi', 1, 64],
  ['queryCommands', 'deviceId', 1, 64],
  ['queryCommands', 'appId', 1, 64],
  ['queryCancelTasks', 'taskId', 1, 64],
  ['queryDevices', 'gatewayId', 1, 256],
  ['queryDevices', 'name', 1, 256],
];
const NUMBERS: typeof LENGTHS = [
  ['createCommand', 'expireTime', 0, 2_147_483_647],
  ['createCommand', 'maxRetransmit', 0, 3],
  ['createBatchTask', 'timeout', 10, 2880],
  ['createBatchTask', 'param.maxRetransmit', 0, 3],
  ['querySubscriptions', 'pageSize', 1, 1000],
  ['queryTaskDetails', 'pageSize', 1, 1000],
  ['registerByCode', 'timeout', 0, 2_147_483_647],
  ['refreshKey', 'timeout', 0, 2_147_483_647],
  ['queryCommands', 'pageNo', 0, 2_147_483_647],
  ['queryCommands', 'pageSize', 1, 1000],
  ['queryCancelTasks', 'pageSize', 1, 1000],
  ['queryDevices', 'pageNo', 0, 2_147_483_647],
  ['queryDevices', 'pageSize', 1, 250],
];
const URLS: typeof LENGTHS = [
  ['createCommand', 'callbackUrl', 8, 1024],
  ['sendCommand', 'header.callbackURL', 8, 1024],
  ['subscribe', 'callbackUrl', 8, 1024],
  ['createBatchTask', 'param.callbackUrl', 8, 1024],
];

describe('bounds', () => {
  const takes = (specimen: string, path: string, value: Json) => {
    const { schema, whole } = BODIES[specimen] ?? QUERIES[specimen]!;
    return schema.safeParse(withMember(whole, path.split('.'), value)).success;
  };
  const expectBounds = ([specimen, path, from, to]: (typeof LENGTHS)[number], valueOf: (size: number) => Json) => {
    expect([from, to].map((size) => takes(specimen, path, valueOf(size)))).toEqual([true, true]);
    expect(takes(specimen, path, valueOf(to + 1))).toBe(false);
    // An empty parameter of a query is an absent one, which is another matter.
    if (from > 0 && (BODIES[specimen] || from > 1)) expect(takes(specimen, path, valueOf(from - 1))).toBe(false);
  };

  it.each(LENGTHS)('of the length of %s.%s are %i to %i', (...row) =>
    expectBounds(row, (length) => 'x'.repeat(length)),
  );
  it.each(URLS)('of the length of %s.%s are %i to %i', (...row) =>
    expectBounds(row, (length) => `http://a/${'x'.repeat(1024)}`.slice(0, length)),
  );
  it.each(NUMBERS)('of %s.%s are %i to %i, and fractions, words and negative numbers lie outside', (...row) => {
    const [specimen, path, from, to] = row;
    expectBounds(row, (value) => value);
    expectBounds(row, (value) => String(value));
    expect(takes(specimen, path, from - 1)).toBe(false);
    expect(
      [from + 0.5, 'many', true, {}, `${String(to)}0`, '0x1', '1e1', -1].map((value) => takes(specimen, path, value)),
    ).toEqual(Array(8).fill(false));
  });

  it('of path parameters are 1 to 64', () => {
    const path = (length: number) => ({ deviceId: 'd'.repeat(length), serviceId: 's' });
    expect([0, 1, 64, 65].map((length) => sendCommandPath.safeParse(path(length)).success)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('of a time are the vendor’s 16 characters', () => {
    const times = [
      '20170222T164000Z',
      '2017-02-22T16:40:00Z',
      '20170230T164000Z',
      '20170222T164000',
      '20170222T164000z',
    ];
    expect(times.map((time) => takes('queryDevices', 'startTime', time))).toEqual([true, false, false, false, false]);
  });
});

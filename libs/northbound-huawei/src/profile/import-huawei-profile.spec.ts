import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '@downlink/command-domain';
import { readGolden } from '../spec-support/read-golden.js';
import { importHuaweiProfile } from './import-huawei-profile.js';

const { document } = readGolden<{ document: JsonObject }>('device-profile');
const DEVICE = { manufacturerId: 'm', manufacturerName: 'n', model: 'x', protocolType: 'MQTT', deviceType: 't' };

/** A profile of one service `S` with one command `C` with this parameter. */
function profileWith(para: JsonObject): JsonObject {
  return {
    devicetype: [{ ...DEVICE, serviceTypeCapabilities: [{ serviceId: 'S', serviceType: 'S' }] }],
    servicetype: [{ serviceType: 'S', commands: [{ commandName: 'C', paras: [{ paraName: 'p', ...para }] }] }],
  };
}

function parameterOf(para: JsonObject) {
  const imported = importHuaweiProfile(profileWith(para));
  if (!imported.ok) throw new Error(`${imported.path}: ${imported.problem}`);
  return imported.model.services[0]!.methods[0]!.parameters![0];
}

describe('a device profile', () => {
  it('becomes a model: commands as methods, responses, properties under their service', () => {
    expect(importHuaweiProfile(document)).toEqual({
      ok: true,
      model: {
        services: [
          {
            id: 'Brightness',
            methods: [
              {
                name: 'SET',
                parameters: [
                  { name: 'level', type: 'integer', min: 0, max: 100, step: 1, required: true, unit: '%' },
                  { name: 'mode', type: 'enum', values: ['soft', 'hard'], required: false },
                ],
                responses: [{ name: 'result', type: 'integer', min: -10, max: 10, step: 1, required: true }],
              },
            ],
          },
          { id: 'Battery', methods: [] },
        ],
        properties: [
          { name: 'Brightness.level', type: 'integer', min: 0, max: 100, step: 1, unit: '%', access: 'read-write' },
          { name: 'Battery.voltage', type: 'decimal', min: 0, max: 4.2, step: 0.1, unit: 'V', access: 'read' },
        ],
      },
    });
  });

  it('may also be the bare lists inside the two files', () => {
    const files = document as { devicetype: { devices: Json }; servicetype: { services: Json[] }[] };
    const bare = {
      devicetype: files.devicetype.devices,
      servicetype: files.servicetype.flatMap(({ services }) => services),
    };
    expect(importHuaweiProfile(bare)).toEqual(importHuaweiProfile(document));
    expect(importHuaweiProfile({ ...bare, servicetype: { services: bare.servicetype } })).toMatchObject({ ok: true });
  });

  it('may use one service type for two services', () => {
    const profile = profileWith({ dataType: 'int' });
    const twice = ['A', 'B'].map((serviceId) => ({ serviceId, serviceType: 'S' }));
    const imported = importHuaweiProfile({ ...profile, devicetype: [{ ...DEVICE, serviceTypeCapabilities: twice }] });
    expect(imported).toMatchObject({ ok: true, model: { services: [{ id: 'A' }, { id: 'B' }] } });
  });

  it.each<[JsonObject, object]>([
    [
      { dataType: 'int', min: '1', max: '5' },
      { type: 'integer', min: 1, max: 5 },
    ],
    [{ dataType: 'Long', min: 0, max: 0, step: 0 }, { type: 'integer' }],
    [
      { dataType: 'int', min: 0, max: 9 },
      { type: 'integer', min: 0, max: 9 },
    ],
    [{ dataType: 'int', min: '', max: null, step: '' }, { type: 'integer' }],
    [
      { dataType: 'int', enumList: ['1', '2'] },
      { type: 'enum', values: [1, 2] },
    ],
    [
      { dataType: 'decimal', min: '-1.5', max: 2e3, step: '0.1' },
      { type: 'decimal', min: -1.5, max: 2000, step: 0.1 },
    ],
    [{ dataType: 'double' }, { type: 'decimal' }],
    [{ dataType: 'float' }, { type: 'decimal' }],
    [
      { dataType: 'string', min: 0, max: 0, maxLength: '16' },
      { type: 'text', maxLength: 16 },
    ],
    [{ dataType: 'string', maxLength: 0 }, { type: 'text' }],
    [
      { dataType: 'string', enumList: ['a', 1] },
      { type: 'enum', values: ['a', '1'] },
    ],
    [
      { dataType: 'enum', enumList: ['a'] },
      { type: 'enum', values: ['a'] },
    ],
    [{ dataType: 'DateTime' }, { type: 'time' }],
    [{ dataType: 'boolean' }, { type: 'boolean' }],
    [{ dataType: 'string list' }, { type: 'array', items: { type: 'text' } }],
    [{ dataType: 'jsonArray' }, { type: 'array', items: { type: 'any' } }],
    [{ dataType: 'jsonObject' }, { type: 'any' }],
  ])('has the parameter %j', (para, type) => {
    expect(parameterOf({ ...para, required: 'true' })).toEqual({ name: 'p', required: true, ...type });
  });

  it.each<[string, 'read' | 'write' | 'read-write']>([
    ['R', 'read'],
    ['RE', 'read'],
    ['E', 'read'],
    ['W', 'write'],
    ['RW', 'read-write'],
    ['WE', 'read-write'],
    ['rw', 'read-write'],
  ])('has a property with the letters %s', (method, access) => {
    const properties = [{ propertyName: 'q', dataType: 'int', method }];
    const imported = importHuaweiProfile({
      ...profileWith({ dataType: 'int' }),
      servicetype: [{ serviceType: 'S', properties }],
    });
    expect(imported).toMatchObject({ ok: true, model: { properties: [{ name: 'S.q', access }] } });
  });

  const PARA = 'servicetype[0].commands[0].paras[0]';
  const device = (over: JsonObject) => ({ devicetype: [{ ...DEVICE, ...over }], servicetype: [] });
  const services = (...servicetype: Json[]) => ({ devicetype: [DEVICE], servicetype });
  const property = (over: JsonObject) =>
    services({ serviceType: 'S', properties: [{ propertyName: 'q', dataType: 'int', method: 'R', ...over }] });

  it.each<[string, Json]>([
    ['', null],
    ['', []],
    ['', 'profile'],
    ['devicetype', {}],
    ['devicetype', { devicetype: 'x', servicetype: [] }],
    ['devicetype', { devicetype: [], servicetype: [] }],
    ['devicetype.devices', { devicetype: { devices: {} }, servicetype: [] }],
    ['devicetype.devices[1]', { devicetype: { devices: [DEVICE, DEVICE] }, servicetype: [] }],
    ['devicetype[0]', { devicetype: ['x'], servicetype: [] }],
    ['devicetype[0].manufacturerId', device({ manufacturerId: '' })],
    ['devicetype[0].model', device({ model: null })],
    ['devicetype[0].deviceType', device({ deviceType: 'x'.repeat(257) })],
    ['devicetype[0].serviceTypeCapabilities', device({ serviceTypeCapabilities: {} })],
    ['devicetype[0].serviceTypeCapabilities[0].serviceId', device({ serviceTypeCapabilities: [{ serviceType: 'S' }] })],
    [
      'devicetype[0].serviceTypeCapabilities[0].serviceType',
      device({ serviceTypeCapabilities: [{ serviceId: 'S', serviceType: 'S' }] }),
    ],
    [
      'devicetype[0].serviceTypeCapabilities[0].option',
      device({ serviceTypeCapabilities: [{ serviceId: 'S', serviceType: 'S', option: 'maybe' }] }),
    ],
    [
      'devicetype[0].serviceTypeCapabilities[1]',
      device({ serviceTypeCapabilities: ['S', 'T'].map((serviceType) => ({ serviceId: 'S', serviceType })) }),
    ],
    ['servicetype', { devicetype: [DEVICE] }],
    ['servicetype', { devicetype: [DEVICE], servicetype: 1 }],
    ['servicetype[0].services', services({ services: 1 })],
    ['servicetype[0].serviceType', services({})],
    ['servicetype[1].serviceType', services({ serviceType: 'S' }, { serviceType: 'S' })],
    ['servicetype[0].commands[0].commandName', services({ serviceType: 'S', commands: [{}] })],
    [
      'servicetype[0].commands[1]',
      services({ serviceType: 'S', commands: [{ commandName: 'C' }, { commandName: 'C' }] }),
    ],
    [
      'servicetype[0].commands[0].responses[0].paras[0].dataType',
      services({
        serviceType: 'S',
        commands: [{ commandName: 'C', responses: [{ responseName: 'R', paras: [{ paraName: 'p' }] }] }],
      }),
    ],
    ['servicetype[0].properties[0].method', property({ method: 'X' })],
    ['servicetype[0].properties[0].method', property({ method: null })],
    ['servicetype[0].properties[0].propertyName', property({ propertyName: 7 })],
    [`${PARA}.paraName`, profileWith({ paraName: '', dataType: 'int' })],
    [`${PARA}.dataType`, profileWith({})],
    [`${PARA}.dataType`, profileWith({ dataType: 'blob' })],
    [`${PARA}.dataType`, profileWith({ dataType: 'constructor' })],
    [`${PARA}.required`, profileWith({ dataType: 'int', required: 'yes' })],
    [`${PARA}.min`, profileWith({ dataType: 'int', min: 'low' })],
    [`${PARA}.max`, profileWith({ dataType: 'int', min: 5, max: 4 })],
    [`${PARA}.step`, profileWith({ dataType: 'int', step: -1 })],
    [`${PARA}.maxLength`, profileWith({ dataType: 'string', maxLength: 1.5 })],
    [`${PARA}.maxLength`, profileWith({ dataType: 'string', maxLength: -1 })],
    [`${PARA}.enumList`, profileWith({ dataType: 'string', enumList: 'a' })],
    [`${PARA}.enumList[0]`, profileWith({ dataType: 'string', enumList: [{}] })],
    [`${PARA}.enumList`, profileWith({ dataType: 'int', enumList: ['a'] })],
    [`${PARA}.enumList`, profileWith({ dataType: 'enum' })],
    [`${PARA}.unit`, profileWith({ dataType: 'int', unit: 1 })],
  ])('is refused with the path %s', (path, profile) => {
    expect(importHuaweiProfile(profile)).toEqual({ ok: false, path, problem: expect.any(String) });
  });
});

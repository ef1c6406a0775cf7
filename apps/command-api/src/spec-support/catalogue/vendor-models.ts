/** A thing model as Quectel exports it. */
export function tslOf(productKey: string): object {
  const target = {
    id: 1,
    code: 'target',
    name: 'Target temperature',
    dataType: 'INT',
    subType: 'RW',
    type: 'PROPERTY',
    specs: { unit: 'C', min: '10', max: '30', step: '2' },
  };
  return {
    profile: { tslVersion: '1.2.0', productKey, version: '1' },
    properties: [target],
    services: [],
    events: [],
  };
}

/** A device profile as Huawei has them: both capability files. */
export const HUAWEI_PROFILE = {
  devicetype: {
    devices: [
      {
        manufacturerId: 'maker',
        manufacturerName: 'Maker',
        model: 'M1',
        protocolType: 'MQTT',
        deviceType: 'Lamp',
        serviceTypeCapabilities: [{ serviceId: 'switch', serviceType: 'switch', option: 'Master' }],
      },
    ],
  },
  servicetype: [{ services: [{ serviceType: 'switch', description: '', commands: [], properties: [] }] }],
};

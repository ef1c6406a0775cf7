import { HUAWEI_PROFILE } from './vendor-models.js';
import { byApplication, byNobody, hexOf, withQuery, type Catalogue, type Ids } from './ids.js';

const SECURITY = '/iocm/app/sec/v1.1.0';
const COMMANDS = '/iocm/app/cmd/v1.4.0/deviceCommands';
const TASKS = '/iocm/app/cmd/v1.4.0/deviceCommandCancelTasks';

const REG = '/iocm/app/reg/v1.1.0/deviceCredentials';
const DEVICES = '/iocm/app/dm/v1.4.0/devices';
const CAPABILITIES = '/iocm/app/data/v1.1.0/deviceCapabilities';

const SUBSCRIPTIONS = '/iocm/app/sub/v1.2.0/subscriptions';
const BATCH = '/iocm/app/batchtask/v1.1.0';
const callbackUrl = 'https://203.0.113.7/receiver';

const command = { serviceId: 'switch', method: 'turn', paras: { on: true } };
export const batchOf = (device: string) => ({
  timeout: 10,
  taskName: 'a task',
  taskType: 'DeviceCmd',
  param: { type: 'DeviceList', deviceList: [device], command },
});
const created = ({ device: deviceId }: Ids) => ({ deviceId, command, expireTime: 600, maxRetransmit: 1 });

export const HUAWEI: Catalogue = {
  'POST /iocm/app/sec/v1.1.0/login': byNobody(({ application: appId }) => ({
    path: `${SECURITY}/login`,
    body: { appId, secret: 'not its secret' },
  })),
  'POST /iocm/app/sec/v1.1.0/refreshToken': byNobody(({ application: appId }) => ({
    path: `${SECURITY}/refreshToken`,
    body: { appId, secret: 'not its secret', refreshToken: 'not its token' },
  })),
  'POST /iocm/app/sec/v1.1.0/logout': byNobody(() => ({
    path: `${SECURITY}/logout`,
    body: { accessToken: 'nobody’s token' },
  })),
  'POST /iocm/app/cmd/v1.4.0/deviceCommands': byApplication(
    (ids) => ({ path: COMMANDS, body: created(ids) }),
    (ids) => ({ path: withQuery(COMMANDS, { appId: ids.application }), body: created(ids) }),
  ),
  'GET /iocm/app/cmd/v1.4.0/deviceCommands': byApplication(
    () => ({ path: `${COMMANDS}?pageNo=0&pageSize=10` }),
    ({ device: deviceId }) => ({ path: withQuery(COMMANDS, { deviceId }) }),
    ({ application: appId }) => ({ path: withQuery(COMMANDS, { appId }) }),
    ({ application: appId, device: deviceId }) => ({ path: withQuery(COMMANDS, { appId, deviceId }) }),
  ),
  'POST /iocm/app/cmd/v1.4.0/deviceCommandCancelTasks': byApplication(
    ({ device: deviceId }) => ({ path: TASKS, body: { deviceId } }),
    ({ device: deviceId, application: appId }) => ({ path: withQuery(TASKS, { appId }), body: { deviceId } }),
  ),
  'GET /iocm/app/cmd/v1.4.0/deviceCommandCancelTasks': byApplication(
    () => ({ path: TASKS }),
    ({ task: taskId }) => ({ path: withQuery(TASKS, { taskId }) }),
    ({ device: deviceId }) => ({ path: withQuery(TASKS, { deviceId, status: 'WAITTING' }) }),
    ({ application: appId, task: taskId }) => ({ path: withQuery(TASKS, { appId, taskId }) }),
  ),
  'POST /iocm/app/signaltrans/v1.1.0/devices/:deviceId/services/:serviceId/sendCommand': byApplication(
    ({ device }) => ({
      path: `/iocm/app/signaltrans/v1.1.0/devices/${device}/services/switch/sendCommand`,
      body: { header: { mode: 'ACK', method: 'turn' }, body: { on: true } },
    }),
    ({ device, application: appId }) => ({
      path: withQuery(`/iocm/app/signaltrans/v1.1.0/devices/${device}/services/switch/sendCommand`, { appId }),
      body: { header: { mode: 'NOACK', method: 'turn', requestId: 'a-request', toType: 'GATEWAY' }, body: null },
    }),
  ),
  'POST /iocm/app/sub/v1.2.0/subscriptions': byApplication(
    ({ application: appId }) => ({ path: SUBSCRIPTIONS, body: { appId, notifyType: 'commandRsp', callbackUrl } }),
    ({ application: appId }) => ({
      path: withQuery(SUBSCRIPTIONS, { appId, ownerFlag: 'true' }),
      body: { notifyType: 'deviceAdded', callbackUrl },
    }),
  ),
  'GET /iocm/app/sub/v1.2.0/subscriptions': byApplication(
    () => ({ path: SUBSCRIPTIONS }),
    ({ application: appId }) => ({ path: withQuery(SUBSCRIPTIONS, { appId, notifyType: 'messageConfirm' }) }),
  ),
  'GET /iocm/app/sub/v1.2.0/subscriptions/:subscriptionId': byApplication(
    ({ subscription }) => ({ path: `${SUBSCRIPTIONS}/${subscription}` }),
    ({ subscription, application: appId }) => ({ path: withQuery(`${SUBSCRIPTIONS}/${subscription}`, { appId }) }),
  ),
  'DELETE /iocm/app/sub/v1.2.0/subscriptions': byApplication(({ application: appId }) => ({
    path: withQuery(SUBSCRIPTIONS, { appId, notifyType: 'messageConfirm' }),
  })),
  'DELETE /iocm/app/sub/v1.2.0/subscriptions/:subscriptionId': byApplication(({ subscription }) => ({
    path: `${SUBSCRIPTIONS}/${subscription}`,
  })),
  'POST /iocm/app/batchtask/v1.1.0/tasks': byApplication(
    ({ device }) => ({ path: `${BATCH}/tasks`, body: batchOf(device) }),
    ({ device, application: appId }) => ({ path: `${BATCH}/tasks`, body: { ...batchOf(device), appId } }),
  ),
  'GET /iocm/app/batchtask/v1.1.0/tasks/:taskId': byApplication(
    ({ batchTask }) => ({ path: `${BATCH}/tasks/${batchTask}` }),
    ({ batchTask, application: appId }) => ({
      path: withQuery(`${BATCH}/tasks/${batchTask}`, { appId, select: 'tag' }),
    }),
  ),
  'GET /iocm/app/batchtask/v1.1.0/taskDetails': byApplication(
    ({ batchTask: taskId }) => ({ path: withQuery(`${BATCH}/taskDetails`, { taskId }) }),
    ({ batchTask: taskId, device: deviceId, application: appId }) => ({
      path: withQuery(`${BATCH}/taskDetails`, { taskId, deviceId, appId, status: 'Pending' }),
    }),
  ),
  'POST /iocm/app/reg/v1.1.0/deviceCredentials': byApplication((ids) => ({
    path: withQuery(REG, { appId: ids.application }),
    body: { nodeId: 'node-1', productId: ids.product, deviceInfo: { name: 'a lamp' }, timeout: 600 },
  })),
  'PUT /iocm/app/reg/v1.1.0/deviceCredentials/:deviceId': byApplication(
    ({ device }) => ({ path: `${REG}/${device}`, body: { nodeId: 'node-3', timeout: 600 } }),
    ({ device, application: appId }) => ({ path: withQuery(`${REG}/${device}`, { appId }), body: {} }),
  ),
  'GET /iocm/app/reg/v1.1.0/deviceCredentials/:deviceId': byApplication(
    ({ device }) => ({ path: `${REG}/${device}` }),
    ({ device, application: appId }) => ({ path: withQuery(`${REG}/${device}`, { appId }) }),
  ),
  'POST /iocm/app/reg/v2.0.0/deviceCredentials': byApplication((ids) => ({
    path: withQuery('/iocm/app/reg/v2.0.0/deviceCredentials', { appId: ids.application }),
    body: { deviceInfo: { nodeId: 'node-2', name: 'a lamp' }, productId: ids.product },
  })),
  'POST /iocm/app/profile/v1.1.0/deviceProfiles': byApplication(({ application: appId }) => ({
    path: withQuery('/iocm/app/profile/v1.1.0/deviceProfiles', { appId }),
    body: HUAWEI_PROFILE,
  })),
  'GET /iocm/app/data/v1.1.0/deviceCapabilities': byApplication(
    () => ({ path: CAPABILITIES }),
    ({ device: deviceId }) => ({ path: withQuery(CAPABILITIES, { deviceId }) }),
    ({ device: gatewayId, application: appId }) => ({ path: withQuery(CAPABILITIES, { gatewayId, appId }) }),
  ),
  'GET /iocm/app/dm/v1.4.0/devices': byApplication(
    () => ({ path: `${DEVICES}?pageNo=0&pageSize=10&sort=DESC&status=ONLINE` }),
    ({ application: appId }) => ({ path: withQuery(DEVICES, { pageNo: '0', appId }) }),
    ({ device: gatewayId }) => ({ path: withQuery(DEVICES, { gatewayId }) }),
  ),
  'GET /iocm/app/dm/v1.4.0/devices/:deviceId': byApplication(
    ({ device }) => ({ path: `${DEVICES}/${device}?select=imsi` }),
    ({ device, application: appId }) => ({ path: withQuery(`${DEVICES}/${device}`, { appId }) }),
  ),
  'PUT /iocm/app/dm/v1.4.0/devices/:deviceId': byApplication(
    ({ device }) => ({ path: `${DEVICES}/${device}`, body: { name: 'another name', mute: 'FALSE' } }),
    ({ device, product: productId }) => ({ path: `${DEVICES}/${device}`, body: { productId } }),
  ),
  'PUT /iocm/app/cmd/v1.4.0/deviceCommands/:commandId': byApplication((ids) => ({
    path: `${COMMANDS}/${hexOf(ids)}`,
    body: { status: 'CANCELED' },
  })),
  'DELETE /iocm/app/dm/v1.4.0/devices/:deviceId': byApplication(({ device, application: appId }) => ({
    path: withQuery(`${DEVICES}/${device}`, { appId, cascade: 'false' }),
  })),
};

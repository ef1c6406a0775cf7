import { byApplication, byNobody, withQuery, type Catalogue, type Ids, type Entry } from './ids.js';

const PATH = '/connect-service/v2.1/commands';
const byKey = ({ org: orgId, product: productKey, deviceKey }: Ids) => ({ orgId, productKey, deviceKey });
const byAsset = ({ org: orgId, asset: assetId }: Ids) => ({ orgId, assetId });

/** Each device is named in both ways. */
function named(path: string, action: string, body?: object): Entry['shapes'] {
  return [byKey, byAsset].map((names) => (ids) => ({
    path: withQuery(path, { action, ...names(ids) }),
    ...(body && { body }),
  }));
}

/** The same of its commands. */
function about(action: string, more: (ids: Ids) => Record<string, string>, body?: object): Entry['shapes'] {
  return [byKey, byAsset].map((names) => (ids) => ({
    path: withQuery(PATH, { action, ...names(ids), ...more(ids) }),
    ...(body && { body }),
  }));
}

const DEVICES = '/connect-service/v2.1/devices';
const PRODUCTS = '/connect-service/v2.1/products';
const DEVICE = { timezone: '+08:00', deviceName: { defaultValue: 'a lamp' } };
const PRODUCT = { productName: { defaultValue: 'lamps' }, biDirectionalAuth: false };
const page = { pagination: { pageNo: 1, pageSize: 10 } };
const search = { expression: 'state = 1', pagination: { pageNo: 1, pageSize: 10 } };

export const ENOS: Catalogue = {
  'POST /apim-token-service/v2.0/token/get': byNobody(() => ({
    path: '/apim-token-service/v2.0/token/get',
    body: { appKey: 'nobody', timestamp: 1, encryption: '0'.repeat(64) },
  })),
  'POST /apim-token-service/v2.0/token/refresh': byNobody(() => ({
    path: '/apim-token-service/v2.0/token/refresh',
    body: { appKey: 'nobody', timestamp: 1, encryption: '0'.repeat(64), accessToken: 'nobody’s' },
  })),
  'GET /connect-service/v2.1/commands': byApplication(
    ...about('get', ({ command: commandId }) => ({ commandId })),
    ...about('cancel', () => ({})),
  ),
  'POST /connect-service/v2.1/commands': byApplication(
    ...about('invokeService', () => ({ serviceId: 'switch', pendingTtl: '600', timeout: '30' }), {
      inputData: { on: true },
    }),
    ...about('setMeasurepoint', () => ({ measurepointId: 'level', pendingTtl: '600' }), { value: 7 }),
    ...about('search', () => ({}), search),
    ...about('cancel', ({ command: commandId }) => ({ commandId })),
  ),
  'GET /connect-service/v2.1/devices': byApplication(...named(DEVICES, 'get')),
  'POST /connect-service/v2.1/devices': byApplication(
    ({ org: orgId, product: productKey }) => ({
      path: withQuery(DEVICES, { action: 'create', orgId }),
      body: { productKey, deviceKey: 'a-key', ...DEVICE },
    }),
    ({ org: orgId }) => ({ path: withQuery(DEVICES, { action: 'search', orgId }), body: page }),
    ...named(DEVICES, 'update', DEVICE),
    // Once: there is nothing left to be deleted by another name.
    ...named(DEVICES, 'delete').slice(1),
  ),
  'GET /connect-service/v2.1/products': byApplication(({ org: orgId, product: productKey }) => ({
    path: withQuery(PRODUCTS, { action: 'get', orgId, productKey }),
  })),
  'POST /connect-service/v2.1/products': byApplication(
    ({ org: orgId, product: modelId }) => ({
      path: withQuery(PRODUCTS, { action: 'create', orgId }),
      body: { modelId, dataFormat: 'Json', productType: 'Device', ...PRODUCT },
    }),
    ({ org: orgId }) => ({ path: withQuery(PRODUCTS, { action: 'search', orgId }), body: page }),
    ({ org: orgId, product: productKey }) => ({
      path: withQuery(PRODUCTS, { action: 'update', orgId, productKey }),
      body: PRODUCT,
    }),
  ),
  'GET /model-service/v2.1/thing-models': byApplication(({ org: orgId, product: modelId }) => ({
    path: withQuery('/model-service/v2.1/thing-models', { action: 'get', orgId, modelId }),
  })),
};

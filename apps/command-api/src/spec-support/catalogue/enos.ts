import { byApplication, byNobody, withQuery, type Catalogue, type Ids, type Entry } from './ids.js';

const PATH = '/connect-service/v2.1/commands';
const byKey = ({ org: orgId, product: productKey, deviceKey }: Ids) => ({ orgId, productKey, deviceKey });
const byAsset = ({ org: orgId, asset: assetId }: Ids) => ({ orgId, assetId });

/** Each device is named in both ways. */
function about(action: string, more: (ids: Ids) => Record<string, string>, body?: object): Entry['shapes'] {
  return [byKey, byAsset].map((named) => (ids) => ({
    path: withQuery(PATH, { action, ...named(ids), ...more(ids) }),
    ...(body && { body }),
  }));
}

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
};

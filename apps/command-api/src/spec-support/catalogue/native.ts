import { byAdmin, byApplication, byNobody, withQuery, type Catalogue, type Ids } from './ids.js';

const command = ({ device }: Ids) => ({
  deviceId: device,
  service: 'switch',
  method: 'turn',
  parameters: { on: true },
});
const product = ({ product: key, application }: Ids) => ({ key, application, wireFormat: 'native', name: 'a name' });
const device = ({ device: id, application, product: key }: Ids) => ({ id, application, product: key, name: 'a name' });

export const NATIVE: Catalogue = {
  'GET /health/live': byNobody(() => ({ path: '/health/live' })),
  'GET /health/ready': byNobody(() => ({ path: '/health/ready' })),
  'GET /metrics': byNobody(() => ({ path: '/metrics' })),
  'GET /v1/openapi.json': byNobody(() => ({ path: '/v1/openapi.json' })),
  'POST /v1/applications': byAdmin(({ application }) => ({
    path: '/v1/applications',
    body: { id: `${application}-more`, name: 'a name', quotas: { callsPerMinute: 0 } },
  })),
  'PUT /v1/applications/:id': byAdmin(({ application }) => ({
    path: `/v1/applications/${application}`,
    body: { name: 'a name', authorisedBy: [] },
  })),
  'GET /v1/applications': byAdmin(() => ({ path: '/v1/applications?limit=10' })),
  'GET /v1/applications/:id': byAdmin(({ application }) => ({ path: `/v1/applications/${application}` })),
  'POST /v1/products': byAdmin((ids) => ({
    path: '/v1/products',
    body: { ...product(ids), key: `${ids.product}-more` },
  })),
  'PUT /v1/products/:key': byAdmin((ids) => ({ path: `/v1/products/${ids.product}`, body: product(ids) })),
  'GET /v1/products': byApplication(
    () => ({ path: '/v1/products' }),
    ({ product: after }) => ({ path: withQuery('/v1/products', { after, limit: '10' }) }),
  ),
  'GET /v1/products/:key': byApplication(({ product: key }) => ({ path: `/v1/products/${key}` })),
  'GET /v1/products/:key/models/:version': byApplication(({ product: key }) => ({
    path: `/v1/products/${key}/models/1`,
  })),
  'POST /v1/devices': byAdmin((ids) => ({ path: '/v1/devices', body: { ...device(ids), id: `${ids.device}-more` } })),
  'PUT /v1/devices/:id': byAdmin((ids) => ({ path: `/v1/devices/${ids.device}`, body: device(ids) })),
  'DELETE /v1/devices/:id': byAdmin(({ device: id }) => ({ path: `/v1/devices/${id}` })),
  'GET /v1/devices': byApplication(
    () => ({ path: '/v1/devices' }),
    ({ device: after }) => ({ path: withQuery('/v1/devices', { after, limit: '10' }) }),
  ),
  'GET /v1/devices/:id': byApplication(({ device: id }) => ({ path: `/v1/devices/${id}` })),
  'GET /v1/devices/:id/lane': byApplication(({ device: id }) => ({ path: `/v1/devices/${id}/lane` })),
  'GET /v1/devices/:id/stray-answers': byApplication(({ device: id }) => ({ path: `/v1/devices/${id}/stray-answers` })),
  'POST /v1/provision': byAdmin((ids) => ({
    path: '/v1/provision',
    body: {
      applications: [{ id: ids.application, name: 'a name' }],
      products: [product(ids)],
      devices: [device(ids)],
    },
  })),
  'POST /v1/commands': byApplication(
    (ids) => ({ path: '/v1/commands', body: command(ids) }),
    (ids) => ({
      path: '/v1/commands',
      body: { ...command(ids), mode: 'cached', lifetimeSeconds: 600, maxRetransmit: 1 },
    }),
    (ids) => ({ path: '/v1/commands', body: { ...command(ids), supersede: 'key', supersedeKey: 'light' } }),
    (ids) => ({ path: '/v1/commands', body: { ...command(ids), wait: 1, expireWithWait: true } }),
  ),
  'POST /v1/commands/batch': byApplication(
    (ids) => ({ path: '/v1/commands/batch', body: { commands: [command(ids), command(ids)] } }),
    ({ device: id }) => ({
      path: '/v1/commands/batch',
      body: { devices: [id], command: { service: 'switch', method: 'turn' } },
    }),
  ),
  'GET /v1/commands': byApplication(
    () => ({ path: '/v1/commands' }),
    ({ device: deviceId }) => ({ path: withQuery('/v1/commands', { deviceId, limit: '10' }) }),
    () => ({ path: '/v1/commands?status=queued,sending&order=oldest&service=switch&method=turn&count=true' }),
  ),
  'GET /v1/commands/:id': byApplication(
    ({ command: id }) => ({ path: `/v1/commands/${id}` }),
    ({ command: id }) => ({ path: `/v1/commands/${id}?wait=1` }),
    ({ command: id }) => ({ path: `/v1/commands/${id}?at=2100-01-01T00:00:00Z` }),
  ),
  'GET /v1/commands/:id/waiting': byApplication(({ command: id }) => ({ path: `/v1/commands/${id}/waiting` })),
  'GET /v1/commands/:id/history': byApplication(({ command: id }) => ({ path: `/v1/commands/${id}/history` })),
  'GET /v1/commands/:id/events': byApplication(
    ({ command: id }) => ({ path: `/v1/commands/${id}/events?seconds=1` }),
    ({ command: id }) => ({ path: `/v1/commands/${id}/events?seconds=1`, headers: { 'last-event-id': `${id}-1` } }),
  ),
  'GET /v1/devices/:id/events': byApplication(
    ({ device: id }) => ({ path: `/v1/devices/${id}/events?seconds=1` }),
    (ids) => ({
      path: `/v1/devices/${ids.device}/events?seconds=1`,
      headers: { 'last-event-id': `${ids.command}-1` },
    }),
  ),
  'GET /v1/cancel-tasks': byApplication(
    () => ({ path: '/v1/cancel-tasks' }),
    ({ device: deviceId }) => ({ path: withQuery('/v1/cancel-tasks', { deviceId, status: 'waiting' }) }),
  ),
  'GET /v1/cancel-tasks/:id': byApplication(({ task }) => ({ path: `/v1/cancel-tasks/${task}` })),
  'GET /v1/dead-letters': byApplication(
    () => ({ path: '/v1/dead-letters' }),
    ({ device: deviceId }) => ({ path: withQuery('/v1/dead-letters', { deviceId, state: 'open' }) }),
  ),
  'GET /v1/dead-letters/:id': byApplication(({ deadLetter }) => ({ path: `/v1/dead-letters/${deadLetter}` })),
  'POST /v1/dead-letters/:id/replay': byApplication(({ deadLetter }) => ({
    path: `/v1/dead-letters/${deadLetter}/replay`,
    body: {},
  })),
  'POST /v1/devices/:id/cancel-tasks': byApplication(({ device: id }) => ({
    path: `/v1/devices/${id}/cancel-tasks`,
    body: {},
  })),
  'POST /v1/commands/:id/cancel': byApplication(({ command: id }) => ({ path: `/v1/commands/${id}/cancel`, body: {} })),
  'POST /v1/dead-letters/:id/discard': byApplication(({ deadLetter }) => ({
    path: `/v1/dead-letters/${deadLetter}/discard`,
    body: { reason: 'of no use' },
  })),
};

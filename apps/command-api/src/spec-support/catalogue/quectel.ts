import { tslOf } from './vendor-models.js';
import { byApplication, byNobody, withQuery, type Catalogue, type Ids } from './ids.js';

const AUTH = '/v2/quecauth/accessKeyAuthrize';
const SHADOW = '/v2/deviceshadow/r3/openapi';
const HISTORY = '/v2/quecdatastorage/r1/openapi/device/data/history';
const TSL = '/v2/quectsl/openapi/product';

const to = ({ product: productKey, deviceKey }: Ids, data: string) => ({
  productKey,
  devices: [deviceKey],
  data,
  isCache: true,
  cacheTime: 600,
  qos: 1,
});

const login = ({ accessKey }: Ids) => {
  const username = `ver=1&auth_mode=accessKey&sign_method=sha256&access_key=${accessKey}&timestamp=${String(Date.now())}`;
  return withQuery(`${AUTH}/accessKeyLogin`, { grant_type: 'password', username, password: '0'.repeat(64) });
};
const refresh = () =>
  withQuery(`${AUTH}/refreshToken`, { grant_type: 'refresh_token', refresh_token: 'QJWT nobody’s' });

export const QUECTEL: Catalogue = {
  'GET /v2/quecauth/accessKeyAuthrize/accessKeyLogin': byNobody((ids) => ({ path: login(ids) })),
  'POST /v2/quecauth/accessKeyAuthrize/accessKeyLogin': byNobody((ids) => ({ path: login(ids) })),
  'GET /v2/quecauth/accessKeyAuthrize/refreshToken': byNobody(() => ({ path: refresh() })),
  'POST /v2/quecauth/accessKeyAuthrize/refreshToken': byNobody(() => ({ path: refresh() })),
  'POST /v2/deviceshadow/r3/openapi/dm/sendServiceData': byApplication((ids) => ({
    path: `${SHADOW}/dm/sendServiceData?language=EN`,
    body: to(ids, '[{"switch":[{"on":"true"}]}]'),
  })),
  'POST /v2/deviceshadow/r3/openapi/dm/readData': byApplication((ids) => ({
    path: `${SHADOW}/dm/readData`,
    body: to(ids, '["level"]'),
  })),
  'POST /v2/deviceshadow/r3/openapi/dm/writeData': byApplication((ids) => ({
    path: `${SHADOW}/dm/writeData`,
    body: to(ids, '[{"level":"7"}]'),
  })),
  'POST /v2/deviceshadow/r3/openapi/raw/sendData': byApplication(({ product: productKey, deviceKey }) => ({
    path: `${SHADOW}/raw/sendData?language=CN`,
    body: { devices: [{ productKey, deviceKey }], data: '00FF', encode: 'Hex', isCache: true },
  })),
  'GET /v2/quecdatastorage/r1/openapi/device/data/history': byApplication(
    ({ product: productKey, deviceKey }) => ({ path: withQuery(HISTORY, { productKey, deviceKey, pageSize: '10' }) }),
    ({ product: productKey, deviceKey, command: ticket }) => ({
      path: withQuery(HISTORY, { productKey, deviceKey, ticket }),
    }),
    ({ device: deviceId }) => ({ path: withQuery(HISTORY, { deviceId }) }),
    ({ command: ticket }) => ({ path: withQuery(HISTORY, { ticket }) }),
  ),
  'POST /v2/quectsl/openapi/product/import/tslFile': byApplication(({ vendorProduct: productKey }) => ({
    path: withQuery(`${TSL}/import/tslFile`, { productKey }),
    body: tslOf(productKey),
  })),
  'GET /v2/quectsl/openapi/product/export/tslFile': byApplication(({ vendorProduct: productKey }) => ({
    path: withQuery(`${TSL}/export/tslFile`, { productKey }),
  })),
};

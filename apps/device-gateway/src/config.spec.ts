import { describe, expect, it } from '@jest/globals';
import { readConfig } from './config.js';

const NEEDED = {
  DATABASE_URL: 'postgres://db/downlink',
  MQTT_URL: 'mqtt://broker:1883',
  SECRETS_KEY: Buffer.alloc(32).toString('base64'),
};
const TLS = { MQTTS_PORT: '8883', TLS_CERT: 'cert.pem', TLS_KEY: 'key.pem' };

describe('the device gateway’s configuration', () => {
  it('listens for devices on MQTT’s port, without TLS, unless told otherwise', () => {
    const config = readConfig(NEEDED);
    expect([config.MQTT_PORT, config.MQTTS_PORT]).toEqual([1883, undefined]);
    expect(readConfig({ ...NEEDED, ...TLS, MQTT_PORT: 'off' })).toMatchObject({ MQTT_PORT: 'off', MQTTS_PORT: 8883 });
  });

  it.each([
    [{ MQTT_PORT: 'many' }, /^MQTT_PORT: expected a port number from 0 to 65535, or off, but it is "many"$/],
    [{ MQTT_PORT: 'off' }, /^MQTT_PORT: is off, and there is no MQTTS_PORT/],
    [{ MQTTS_PORT: '8883', TLS_CERT: 'cert.pem' }, /^TLS_KEY: is needed with MQTTS_PORT$/],
    [{ MQTTS_PORT: '8883' }, /^TLS_CERT: .*\nTLS_KEY: .*$/],
    [{ ...TLS, TLS_CLIENT_REQUIRED: 'yes' }, /^TLS_CLIENT_CA: is needed with TLS_CLIENT_REQUIRED$/],
    [{ MQTT_URL: 'http://broker' }, /^MQTT_URL: /],
    [{ SECRETS_KEY: '' }, /^SECRETS_KEY: /],
    [{ MAX_CONNECTIONS: '0' }, /^MAX_CONNECTIONS: /],
    [{ CONNECT_TIMEOUT: 'soon' }, /^CONNECT_TIMEOUT: expected a duration/],
  ])('refuses %j and names it', (wrong, message) => {
    expect(() => readConfig({ ...NEEDED, ...wrong })).toThrow(message);
  });
});

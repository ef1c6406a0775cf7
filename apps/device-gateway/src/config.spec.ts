import { describe, expect, it } from '@jest/globals';
import { DEFAULT_GATEWAY_LIMITS } from '@downlink/southbound-mqtt';
import { gatewayLimits, readConfig, tlsSettings, upstreamBroker } from './config.js';

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
    [{ DEVICE_ADDRESSES: 'proxied' }, /^DEVICE_ADDRESSES: expected shown or hidden/],
  ])('refuses %j and names it', (wrong, message) => {
    expect(() => readConfig({ ...NEEDED, ...wrong })).toThrow(message);
  });

  it.each([
    ['mqtt://broker', { host: 'broker', port: 1883 }],
    ['mqtt://broker:2883', { host: 'broker', port: 2883 }],
    ['mqtts://broker', { host: 'broker', port: 8883, tls: {} }],
    ['mqtt://[::1]:2883', { host: '::1', port: 2883 }],
  ])('reads the broker behind from %s', (url, broker) => {
    expect(upstreamBroker(readConfig({ ...NEEDED, MQTT_URL: url }))).toEqual(broker);
    const account = { MQTT_USERNAME: 'platform', MQTT_PASSWORD: 'p' };
    const whole = { ...broker, username: 'platform', password: 'p' };
    expect(upstreamBroker(readConfig({ ...NEEDED, ...account, MQTT_URL: url }))).toEqual(whole);
  });

  it('has the gateway’s own limits where none are given', () => {
    expect(DEFAULT_GATEWAY_LIMITS).toMatchObject(gatewayLimits(readConfig(NEEDED)));
    expect(gatewayLimits(readConfig({ ...NEEDED, CONNECT_TIMEOUT: '2s' })).connectTimeoutMs).toBe(2_000);
  });

  it('asks for client certificates only where an authority for them is given', () => {
    expect(tlsSettings(readConfig(NEEDED))).toBeUndefined();
    expect(tlsSettings(readConfig({ ...NEEDED, ...TLS }))).not.toHaveProperty('clientCa');
    const mutual = { ...NEEDED, ...TLS, TLS_CLIENT_CA: 'ca.pem', TLS_CLIENT_REQUIRED: 'yes' };
    expect(tlsSettings(readConfig(mutual))).toMatchObject({ clientCa: 'ca.pem', clientCertificateRequired: true });
  });
});

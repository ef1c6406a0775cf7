import type { Client } from 'aedes';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, startAedes, type TestAedes } from '@downlink/testing';
import { Fleet, type FleetOptions } from './fleet.js';
import { signEnos } from './protocols/enos.js';

const SECRET = 'its own';
const PRODUCT_SECRET = 'of all of them';
const PREFIX = '/sys/pk1/dk1/thing/service/';

/** aedes can do what most brokers cannot: push into a session that has subscribed to nothing, as the vendor's hub does. */
describe('a simulated EnOS fleet', () => {
  let hub: TestAedes;
  let fleet: Fleet | undefined;
  let session: Client | undefined;
  const logins: { clientId: string; username: string; genuine: boolean }[] = [];
  const said: { topic: string; body: unknown }[] = [];

  beforeEach(async () => {
    hub = await startAedes();
    hub.broker.authenticate = ({ id }, username = '', password, done) => {
      const [, clientName = '', mode, timestamp = ''] =
        /^(.*)\|securemode=(\d),signmethod=\w+,timestamp=(.*)\|$/.exec(id) ?? [];
      const [deviceKey = '', productKey = ''] = username.split('&');
      const signature = signEnos(
        { clientName, deviceKey, productKey, timestamp },
        mode === '3' ? PRODUCT_SECRET : SECRET,
      );
      const genuine = password?.toString().toLowerCase() === signature;
      logins.push({ clientId: id, username, genuine });
      done(null, genuine);
    };
    session = undefined;
    hub.broker.on('clientReady', (client) => {
      session = client;
      if (client.id.includes('securemode=3'))
        void push('/ext/session/pk1/dk1/thing/activate/info', { id: '7', params: { deviceSecret: SECRET } });
    });
    hub.broker.on('publish', ({ topic, payload }, client) => {
      if (client) said.push({ topic, body: JSON.parse(payload.toString()) });
    });
  });
  afterEach(async () => {
    await fleet?.stop();
    await hub.stop();
    logins.splice(0);
    said.splice(0);
  });

  async function push(topic: string, body: object): Promise<void> {
    const to = await eventually(() => {
      if (session === undefined) throw new Error('the device is not there');
      return session;
    });
    to.publish({ cmd: 'publish', topic, payload: JSON.stringify(body), qos: 1, retain: false, dup: false }, () => {});
  }

  async function start(over: Partial<FleetOptions['devices'][number]>) {
    const devices = [{ id: 'dk1', productKey: 'pk1', ...over }];
    fleet = new Fleet({ url: hub.url, wireFormat: 'enos', behaviour: 'answering', devices });
    return fleet.start();
  }

  it('answers what is pushed to it, without having subscribed to anything', async () => {
    expect(await start({ secret: SECRET })).toEqual([]);
    await push(`${PREFIX}turn`, { id: '123', version: '1.0', params: { on: true }, method: 'thing.service.turn' });
    await eventually(() =>
      expect(said).toEqual([
        { topic: `${PREFIX}turn_reply`, body: { id: '123', code: 200, data: { echo: { on: true } } } },
      ]),
    );
  });

  it('leaves its own reply alone when it comes back to it', async () => {
    await start({ secret: SECRET });
    await push(`${PREFIX}turn_reply`, { id: '123', code: 200, data: {}, params: {} });
    await push(`${PREFIX}turn`, { id: '124', version: '1.0', params: {}, method: 'thing.service.turn' });
    await eventually(() => expect(said.map(({ topic }) => topic)).toEqual([`${PREFIX}turn_reply`]));
    expect(fleet!.counters).toMatchObject({ received: 1, overheard: 1 });
  });

  it('asks for its secret when it knows its product’s only, and logs in with it', async () => {
    expect(await start({ productSecret: PRODUCT_SECRET })).toEqual([]);
    expect(logins.map(({ genuine }) => genuine)).toEqual([true, true]);
    expect(logins.map(({ clientId }) => /securemode=\d/.exec(clientId)![0])).toEqual(['securemode=3', 'securemode=2']);
    expect(said).toEqual([
      { topic: '/ext/session/pk1/dk1/thing/activate/info_reply', body: { id: '7', code: 200, data: {} } },
    ]);
  });

  it.each([{ secret: 'wrong' }, { productSecret: 'wrong' }])(
    'is told at its start when it is refused with %j',
    async (over) => {
      expect((await start(over)).map(({ message }) => message)).toEqual(['Connection refused: Not authorized']);
    },
  );
});

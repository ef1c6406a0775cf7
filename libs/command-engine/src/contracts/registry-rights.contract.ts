import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ApplicationCredentials, NewApplication, Registry } from '../ports/registry.port.js';
import { app, conflict, device, product } from './registry-examples.js';

/** What every registry promises of rights, quotas and of secrets that are made. `open` gives one with nothing in it. */
export function registryRightsContract(open: () => Promise<Registry>): void {
  let registry: Registry;
  beforeEach(async () => {
    registry = await open();
  });
  const declare = (...applications: NewApplication[]) => registry.apply({ applications, products: [], devices: [] });
  const enos = { orgId: 'o', appKey: 'ek', appSecret: 'es' };
  const quectel = { accessKey: 'qk', accessSecret: 'qs' };

  describe('an application', () => {
    it('has no rights over others, no quota and may call everything, unless it is said', async () => {
      await declare(app('a'));
      expect(await registry.application('a')).toMatchObject({
        orgId: null,
        authorisedBy: [],
        callsPerMinute: 0,
        methods: { allow: [], deny: [] },
      });
    });

    it('keeps what an update leaves out, and replaces what it gives', async () => {
      const methods = { allow: ['lamp.*'], deny: ['lamp.off'] };
      await declare(app('b'), app('c'));
      await declare(app('a', { credentials: { enos }, authorisedBy: ['c', 'b'], callsPerMinute: 9, methods }));
      const full = { orgId: 'o', authorisedBy: ['b', 'c'], callsPerMinute: 9, methods };
      expect(await registry.application('a')).toMatchObject(full);
      await declare(app('a', { name: 'renamed' }));
      expect(await registry.application('a')).toMatchObject({ ...full, name: 'renamed' });
      await declare(app('a', { authorisedBy: ['c'], callsPerMinute: 0, methods: { allow: [], deny: [] } }));
      expect(await registry.application('a')).toMatchObject({
        authorisedBy: ['c'],
        callsPerMinute: 0,
        methods: { allow: [], deny: [] },
      });
      await declare(app('a', { authorisedBy: [] }));
      expect(await registry.application('a')).toMatchObject({ authorisedBy: [] });
    });

    it('may be authorised by one of the same declaration, and by each other', async () => {
      await declare(app('a', { authorisedBy: ['b'] }), app('b', { authorisedBy: ['a'] }));
      expect(await registry.applications({ limit: 9 })).toMatchObject([
        { authorisedBy: ['b'] },
        { authorisedBy: ['a'] },
      ]);
    });

    it.each<[string, string[], string]>([
      ['somebody unknown', ['b', 'nobody'], 'applications[1].authorisedBy[1]'],
      ['itself', ['a'], 'applications[1].authorisedBy[0]'],
      ['a name with NUL', ['\0'], 'applications[1]'],
    ])('cannot be authorised by %s, and nothing is applied', async (_, authorisedBy, path) => {
      await declare(app('b'));
      await expect(declare(app('c'), app('a', { authorisedBy }))).rejects.toEqual(conflict(path));
      expect((await registry.applications({ limit: 9 })).map(({ id }) => id)).toEqual(['b']);
    });
  });

  describe('a signing key', () => {
    it('opens the secret for who hashes it, with the application', async () => {
      await declare(app('a', { credentials: { enos, quectel } }));
      expect(await registry.signingKey('enos', 'ek')).toMatchObject({
        application: { id: 'a', orgId: 'o' },
        secret: 'es',
      });
      expect(await registry.signingKey('quectel', 'qk')).toMatchObject({ application: { id: 'a' }, secret: 'qs' });
      expect(await registry.signingSecretOf('enos', 'a')).toBe('es');
    });

    it('is nobody’s under another dialect, another key, or one that cannot exist', async () => {
      await declare(app('a', { credentials: { enos, huawei: { secret: 's' } } }));
      expect(await registry.signingKey('quectel', 'ek')).toBeUndefined();
      expect(await registry.signingKey('enos', 'EK')).toBeUndefined();
      expect(await registry.signingKey('enos', '\0')).toBeUndefined();
      expect(await registry.signingSecretOf('quectel', 'a')).toBeUndefined();
    });

    it('is replaced by a new one at once', async () => {
      await declare(app('a', { credentials: { enos } }));
      await declare(app('a', { credentials: { enos: { ...enos, appKey: 'new', appSecret: 'new' } } }));
      expect(await registry.signingKey('enos', 'ek')).toBeUndefined();
      expect(await registry.signingKey('enos', 'new')).toMatchObject({ secret: 'new' });
    });

    it.each<[string, ApplicationCredentials]>([
      ['enos.appKey', { enos }],
      ['quectel.accessKey', { quectel }],
    ])('%s belongs to one application', async (path, credentials) => {
      await declare(app('a', { credentials }));
      await expect(declare(app('b', { credentials }))).rejects.toEqual(conflict(`applications[0].${path}`));
      await expect(declare(app('b', { credentialsIfNone: credentials }))).rejects.toEqual(
        conflict(`applications[0].${path}`),
      );
      expect(await registry.application('b')).toBeUndefined();
    });
  });

  describe('a secret that was made', () => {
    it('is taken where there is none, and says so once', async () => {
      const made = {
        applications: [app('a', { credentialsIfNone: { native: { key: 'nk' }, enos } })],
        products: [product('p', { wireFormat: 'huawei', secretIfNone: 'ps' })],
        devices: [device('d', { secretIfNone: 'ds' })],
      };
      const applied = await registry.apply(made);
      expect(new Set(applied.credentials.map(({ dialect }) => dialect))).toEqual(new Set(['native', 'enos']));
      expect(applied).toMatchObject({ productSecrets: ['p'], deviceSecrets: ['d'] });
      expect(await registry.apply(made)).toEqual({ credentials: [], productSecrets: [], deviceSecrets: [] });
      expect(await registry.authenticate({ dialect: 'native', key: 'nk' })).toMatchObject({ id: 'a', orgId: 'o' });
      expect([await registry.productSecret('p'), await registry.deviceSecret('d')]).toEqual(['ps', 'ds']);
    });

    it('leaves those that are there, also when they are given at the same time', async () => {
      const given = {
        applications: [app('a', { credentials: { huawei: { secret: 'given' } } })],
        products: [product('p', { wireFormat: 'huawei', secret: 'given' })],
        devices: [device('d', { secret: 'given' })],
      };
      const offered = {
        applications: [app('a', { credentialsIfNone: { huawei: { secret: 'made' } } })],
        products: [product('p', { wireFormat: 'huawei', secretIfNone: 'made' })],
        devices: [device('d', { secretIfNone: 'made' })],
      };
      await Promise.all([offered, given, offered].map((each) => registry.apply(each)));
      expect([await registry.productSecret('p'), await registry.deviceSecret('d')]).toEqual(['given', 'given']);
      const login = { dialect: 'huawei', appId: 'a', secret: 'given' } as const;
      expect(await registry.authenticate(login)).toMatchObject({ id: 'a' });
    });

    it('is that of exactly one of several who make it at the same time', async () => {
      const offers = ['1', '2', '3', '4'].map((n) => ({
        applications: [app('a', { credentialsIfNone: { native: { key: `key-${n}` } } })],
        products: [product('p', { wireFormat: 'huawei', secretIfNone: `secret-${n}` })],
        devices: [device('d', { secretIfNone: `secret-${n}` })],
      }));
      const applied = await Promise.all(offers.map((each) => registry.apply(each)));
      const winner = (who: (each: (typeof applied)[number]) => readonly unknown[]) => {
        const won = applied.flatMap((each, n) => (who(each).length > 0 ? [`${n + 1}`] : []));
        expect(won).toHaveLength(1);
        return won[0]!;
      };
      const key = `key-${winner(({ credentials }) => credentials)}`;
      expect(await registry.authenticate({ dialect: 'native', key })).toMatchObject({ id: 'a' });
      expect(await registry.productSecret('p')).toBe(`secret-${winner(({ productSecrets }) => productSecrets)}`);
      expect(await registry.deviceSecret('d')).toBe(`secret-${winner(({ deviceSecrets }) => deviceSecrets)}`);
    });

    it('is nobody’s where there is none', async () => {
      await registry.apply({ applications: [app('a')], products: [product('p')], devices: [] });
      for (const key of ['p', 'nobody', '\0']) expect(await registry.productSecret(key)).toBeUndefined();
    });
  });
}

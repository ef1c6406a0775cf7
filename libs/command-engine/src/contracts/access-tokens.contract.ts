import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@downlink/testing';
import type { AccessTokens } from '../ports/registry.port.js';

const HOUR = { accessMs: 3_600_000, refreshMs: 7_200_000 };
const app = { id: 'app1', dialect: 'huawei' };

/** What every store of access tokens promises. `open` gives one without tokens that knows the applications app1 and app2. */
export function accessTokensContract(open: () => Promise<AccessTokens>): void {
  let tokens: AccessTokens;
  beforeEach(async () => {
    tokens = await open();
  });

  it('knows whose a token is and until when', async () => {
    const { accessToken, refreshToken, expiresIn } = await tokens.issue(app, HOUR);
    expect(expiresIn).toBe(3600);
    expect(accessToken).toMatch(/^[\w-]{32,}$/);
    expect(refreshToken).not.toBe(accessToken);
    const found = await tokens.find('huawei', accessToken);
    expect(found?.applicationId).toBe('app1');
    expect(Math.abs((found?.expiresAt ?? 0) - Date.now() - HOUR.accessMs)).toBeLessThan(60_000);
  });

  it('holds only the newest token valid', async () => {
    const first = await tokens.issue(app, HOUR);
    const second = await tokens.issue(app, HOUR);
    expect(await tokens.find('huawei', first.accessToken)).toBeUndefined();
    expect(await tokens.refresh(app, first.refreshToken, HOUR)).toBeUndefined();
    expect(await tokens.find('huawei', second.accessToken)).toBeDefined();
  });

  it('keeps applications and dialects apart', async () => {
    const { accessToken, refreshToken } = await tokens.issue(app, HOUR);
    await tokens.issue({ id: 'app2', dialect: 'huawei' }, HOUR);
    await tokens.issue({ id: 'app1', dialect: 'enos' }, HOUR);
    expect(await tokens.find('huawei', accessToken)).toBeDefined();
    expect(await tokens.find('enos', accessToken)).toBeUndefined();
    expect(await tokens.refresh({ id: 'app2', dialect: 'huawei' }, refreshToken, HOUR)).toBeUndefined();
    expect(await tokens.refresh({ id: 'app1', dialect: 'enos' }, refreshToken, HOUR)).toBeUndefined();
    expect(await tokens.revoke('enos', accessToken)).toBe(false);
  });

  it('does not take a refresh token for an access token, nor the other way round', async () => {
    const { accessToken, refreshToken } = await tokens.issue(app, HOUR);
    expect(await tokens.find('huawei', refreshToken)).toBeUndefined();
    expect(await tokens.refresh(app, accessToken, HOUR)).toBeUndefined();
  });

  it('replaces both tokens on refresh, and lets one of two refreshes at the same time win', async () => {
    const first = await tokens.issue(app, HOUR);
    const results = await Promise.all([1, 2, 3].map(() => tokens.refresh(app, first.refreshToken, HOUR)));
    const won = results.filter((result) => result !== undefined);
    expect(won).toHaveLength(1);
    expect(await tokens.find('huawei', first.accessToken)).toBeUndefined();
    expect(await tokens.find('huawei', won[0]?.accessToken ?? '')).toMatchObject({ applicationId: 'app1' });
  });

  it('forgets a token that has expired, and still refreshes it', async () => {
    const { accessToken, refreshToken } = await tokens.issue(app, { accessMs: 1, refreshMs: 60_000 });
    await eventually(async () => expect(await tokens.find('huawei', accessToken)).toBeUndefined());
    expect(await tokens.refresh(app, refreshToken, HOUR)).toBeDefined();
  });

  it('refuses a refresh token that has expired', async () => {
    const { accessToken, refreshToken } = await tokens.issue(app, { accessMs: 1, refreshMs: 1 });
    await eventually(async () => expect(await tokens.find('huawei', accessToken)).toBeUndefined());
    expect(await tokens.refresh(app, refreshToken, HOUR)).toBeUndefined();
  });

  it('revokes a token together with its refresh token, once', async () => {
    const { accessToken, refreshToken } = await tokens.issue(app, HOUR);
    expect(await tokens.revoke('huawei', accessToken)).toBe(true);
    expect(await tokens.revoke('huawei', accessToken)).toBe(false);
    expect(await tokens.find('huawei', accessToken)).toBeUndefined();
    expect(await tokens.refresh(app, refreshToken, HOUR)).toBeUndefined();
  });

  describe('told again', () => {
    const enos = { id: 'app1', dialect: 'enos' };

    it('are the same tokens while they are good, and say what is left', async () => {
      const first = await tokens.current(enos, HOUR);
      expect(first.expiresIn).toBe(3600);
      const again = await tokens.current(enos, { accessMs: 1_000, refreshMs: 1_000 });
      expect(again).toMatchObject({ accessToken: first.accessToken, refreshToken: first.refreshToken });
      expect(again.expiresIn).toBeGreaterThan(3_500);
      expect(again.expiresIn).toBeLessThanOrEqual(3_600);
      expect(await tokens.find('enos', first.accessToken)).toMatchObject({ applicationId: 'app1' });
    });

    it('are new ones, which end the old, when little of them is left', async () => {
      const first = await tokens.current(enos, HOUR);
      const renewed = await tokens.current(enos, HOUR, { renewBelowMs: HOUR.accessMs });
      expect(renewed.accessToken).not.toBe(first.accessToken);
      expect(await tokens.find('enos', first.accessToken)).toBeUndefined();
      expect(await tokens.current(enos, HOUR, { renewBelowMs: HOUR.accessMs - 60_000 })).toMatchObject({
        accessToken: renewed.accessToken,
      });
    });

    it('are new ones when they have expired or were revoked', async () => {
      const { accessToken } = await tokens.current(enos, { accessMs: 1, refreshMs: 1 });
      await eventually(async () => expect(await tokens.find('enos', accessToken)).toBeUndefined());
      const second = await tokens.current(enos, HOUR);
      expect(second.accessToken).not.toBe(accessToken);
      await tokens.revoke('enos', second.accessToken);
      expect((await tokens.current(enos, HOUR)).accessToken).not.toBe(second.accessToken);
    });

    it('are those of the refresh after a refresh', async () => {
      const { refreshToken } = await tokens.current(enos, HOUR);
      const refreshed = await tokens.refresh(enos, refreshToken, HOUR);
      expect(await tokens.current(enos, HOUR)).toMatchObject({ accessToken: refreshed?.accessToken });
    });

    it('are one pair for all who ask at the same time, before there are any and when they end', async () => {
      for (const renewBelowMs of [0, HOUR.accessMs / 2]) {
        const all = await Promise.all(Array.from({ length: 8 }, () => tokens.current(enos, HOUR, { renewBelowMs })));
        expect(new Set(all.map(({ accessToken }) => accessToken)).size).toBe(1);
        await tokens.issue(enos, HOUR);
      }
    });

    it('are never those that were told once only, nor another application’s or dialect’s', async () => {
      const once = await tokens.issue(enos, HOUR);
      const mine = await tokens.current(enos, HOUR);
      expect(mine.accessToken).not.toBe(once.accessToken);
      expect(await tokens.find('enos', once.accessToken)).toBeUndefined();
      const others = [
        await tokens.current({ id: 'app2', dialect: 'enos' }, HOUR),
        await tokens.current({ id: 'app1', dialect: 'quectel' }, HOUR),
      ];
      expect(new Set([mine, ...others].map(({ accessToken }) => accessToken)).size).toBe(3);
      expect(await tokens.find('enos', others[0]!.accessToken)).toMatchObject({ applicationId: 'app2' });
    });
  });

  it('finds nobody behind texts that are no tokens', async () => {
    for (const text of ['', '\0', '\ud800', 'x'.repeat(10_000)]) {
      expect(await tokens.find('huawei', text)).toBeUndefined();
      expect(await tokens.refresh(app, text, HOUR)).toBeUndefined();
      expect(await tokens.revoke('huawei', text)).toBe(false);
    }
  });

  it('takes a proof of login once, however many bring it at the same time', async () => {
    const redeem = () => tokens.redeem('enos', 'proof', 60_000);
    const taken = await Promise.all([redeem(), redeem(), redeem()]);
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await redeem()).toBe(false);
    expect(await tokens.redeem('enos', 'another proof', 60_000)).toBe(true);
    expect(await tokens.redeem('quectel', 'proof', 60_000)).toBe(true);
  });

  it('forgets a proof of login when its time is over', async () => {
    expect(await tokens.redeem('enos', 'proof', 1)).toBe(true);
    expect(await tokens.redeem('enos', 'neighbour', 1)).toBe(true);
    await eventually(async () => expect(await tokens.redeem('enos', 'proof', 60_000)).toBe(true));
    expect(await tokens.redeem('enos', 'proof', 60_000)).toBe(false);
  });
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { SecondFactorRequired } from '../../../src/contracts/errors.ts';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import type { SecurityEvent } from '../../../src/contracts/hooks.ts';
import { createAuth, type Auth } from '../../../src/graphql/auth.ts';
import { openStore } from '../../../src/stores/open-store.ts';
import { AuthenticatorApp } from '../../support/authenticator-app.ts';
import { PASSWORD, TEST_KEY, TestClock } from '../../support/server.ts';
import { describeEachStore, newPlace } from '../../support/stores.ts';

const [OLD, NEW] = ['the former test key of at least 32 characters', 'the newer test key of at least 32 characters'];
const CLIENT = { userAgent: null, ipAddress: '192.0.2.1' };

describeEachStore('the keys of second factors', (kind) => {
  test('are replaced: the first encrypts, all decrypt, and who lacks one tells the operator and not the user', async () => {
    const place = newPlace(kind);
    const clock = new TestClock();
    const events: SecurityEvent[] = [];
    const failed: string[] = [];
    const open = (secondFactorKeys: readonly string[]) =>
      createAuth({
        ...place.options,
        signingKey: TEST_KEY,
        passwordHashCost: 4,
        secondFactor: true,
        secondFactorKeys,
        clock: clock.read,
        onLoginFailed: async ({ username }) => {
          await nextTurn();
          failed.push(username);
        },
        onSecurityEvent: (event) => events.push(event),
      });
    const signIn = async (auth: Auth, code: string): Promise<readonly string[]> => {
      const due: unknown = await auth.users.authenticate('alice', PASSWORD, CLIENT).catch((error: unknown) => error);
      if (!(due instanceof SecondFactorRequired)) throw due;
      const answer = await auth.rooms.codeSignIn?.answer(due.challenge, code, CLIENT);
      return answer?.methods ?? [];
    };
    const stored = async () => {
      const store = await openStore(settingsFromOptions(place.options));
      const record = await store.secondFactors.find(alice.id);
      await store.close();
      return record;
    };
    const secret = async () => (await stored())?.totp?.secret;
    const before = await open([OLD]);
    const alice = await before.users.create({ username: 'alice', password: PASSWORD });
    const { uri } = (await before.rooms.enrolment?.begin({ ...alice, usernameKey: 'alice', passwordHash: '' })) ?? {
      uri: '',
    };
    expect(uri).toMatch(/\?secret=[A-Z2-7]{32}&/); // 160 bits, as RFC 4226 recommends
    expect((await stored())?.version).toBe(1);
    const app = new AuthenticatorApp(uri);
    const next = () => {
      clock.advance(30);
      return app.code(clock.read());
    };
    const codes = (await before.rooms.enrolment?.confirm(alice.id, next(), CLIENT)) ?? [];
    const first = await secret();
    await before.close();

    const during = await open([NEW, OLD]);
    expect(await signIn(during, next())).toEqual(['pwd', 'otp', 'mfa']);
    const second = await secret();
    expect(second).not.toBe(first);
    expect(await signIn(during, next())).toEqual(['pwd', 'otp', 'mfa']);
    expect(await secret()).toBe(second);
    await during.close();

    const after = await open([NEW]);
    await expect(signIn(after, 'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA')).rejects.toMatchObject({
      reason: 'wrong_code',
      field: 'code',
      message: expect.stringContaining('code is wrong'),
    });
    await expect(signIn(after, '1'.repeat(65))).rejects.toMatchObject({ reason: 'invalid_input', field: 'code' });
    expect(events.at(-1)).toMatchObject({ event: 'second_factor_failed', userId: alice.id, client: CLIENT });
    expect(failed).toEqual(['alice']); // the hook has come to its end
    expect(await signIn(after, next())).toEqual(['pwd', 'otp', 'mfa']);
    await after.close();
    const without = await open([OLD]);
    const seen = events.length;
    await expect(signIn(without, next())).rejects.toThrow('SECOND_FACTOR_KEYS lacks');
    expect(events.slice(seen).map(({ event }) => event)).not.toContain('second_factor_failed');
    expect(await signIn(without, codes[0] ?? '')).toEqual(['pwd', 'mfa']);
    expect(await without.rooms.factors?.renewRecoveryCodes(alice.id, CLIENT)).toHaveLength(10);
    expect(await without.rooms.factors?.remove(alice.id)).toBe(true);
    expect(events.at(-1)).toMatchObject({ event: 'second_factor_removed', userId: alice.id });
    expect(await without.rooms.factors?.remove(alice.id)).toBe(false);
    expect(await without.rooms.factors?.renewRecoveryCodes(alice.id, CLIENT)).toBeNull(); // there is none to recover
    await without.close();
    await place.remove();
  });
});

import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { SystemEvent } from '../../../src/contracts/events.ts';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import type { SettingsInput } from '../../../src/contracts/settings/settings-table.ts';
import { assembleTokenSystem, type TokenSystem } from '../../../src/core/token-system.ts';
import { openStore } from '../../../src/stores/open-store.ts';
import { craft } from '../../support/craft.ts';
import { claimsOf, forgeForAlice } from '../../support/forge.ts';
import { PASSWORD, TEST_KEY, TestClock } from '../../support/server.ts';
import { newPlace, type Place } from '../../support/stores.ts';

let place: Place;
let system: TokenSystem;
const clock = new TestClock();
const events: SystemEvent[] = [];
beforeEach(() => {
  place = newPlace('sqlite');
});
afterEach(async () => {
  await system.close();
  await place.remove();
});

/** A token system with alice in it, and the events since then. */
const start = async (options: SettingsInput = {}) => {
  const settings = settingsFromOptions({ signingKey: TEST_KEY, passwordHashCost: 4, ...place.options, ...options });
  const tell = (event: SystemEvent) => void events.push(event);
  const parts = { settings, hooks: {}, clock: clock.read, report: () => {}, listeners: [{ tell }] };
  system = await assembleTokenSystem({ ...parts, store: await openStore(settings) });
  const alice = await system.users.create({ username: 'alice', password: PASSWORD });
  events.length = 0;
  return alice;
};
/** What was told since the last time: the kinds, and of a session which step. */
const told = () => events.splice(0).map((event) => (event.kind === 'session_stepped' ? event.step : event.kind));

test('a session tells when it is opened, refreshed and replayed, and every refresh that was answered is told', async () => {
  const alice = await start();
  const { refresh } = await system.tokens.forUser(alice);
  expect(told()).toEqual(['opened']);
  await system.tokens.refresh(refresh.token);
  expect(told()).toEqual(['refreshed', 'tokens_refreshed']);
  await system.tokens.refresh(refresh.token);
  expect(told()).toEqual(['replayed', 'tokens_refreshed']);
  await expect(system.tokens.refresh('x')).rejects.toThrow('Token is invalid');
  expect(told()).toEqual([]);
});

test('a token of elsewhere tells that its session was adopted', async () => {
  const alice = await start();
  await system.tokens.refresh(forgeForAlice({ alice, clock }, { token_type: 'refresh' }));
  expect(told()).toEqual(['adopted', 'tokens_refreshed']);
});

test.each([{ rotateRefreshTokens: false }, { blacklistAfterRotation: false }])(
  'with %j a refresh is told likewise, and the presented token stays good',
  async (options) => {
    const alice = await start(options);
    const { refresh } = await system.tokens.forUser(alice);
    told();
    for (const _round of [1, 2, 3]) {
      await system.tokens.refresh(refresh.token);
      expect(told()).toEqual(['refreshed', 'tokens_refreshed']);
      clock.advance(60);
    }
  },
);

test('a sliding token tells that it was refreshed', async () => {
  const alice = await start();
  const { token } = await system.tokens.slidingForUser(alice);
  expect(told()).toEqual(['opened']);
  await system.tokens.refreshSliding(token);
  expect(told()).toEqual(expect.arrayContaining(['refreshed', 'tokens_refreshed']));
});

test('roles and a sign-in that a token of elsewhere claims are handed on to none', async () => {
  const alice = await start({ stepUp: true, roles: true });
  const claimed = { auth_time: clock.seconds, amr: ['mfa'], roles: ['ADMIN'] };
  const { access, refresh } = await system.tokens.refresh(forgeForAlice({ alice, clock }, claimed));
  const next = await system.tokens.refresh(refresh.token ?? '');
  const said = [access, refresh, next.access, next.refresh].map(({ token }) => {
    const { auth_time: at, amr, roles } = claimsOf(token);
    return { at, amr, roles };
  });
  const nothing = { at: undefined, amr: undefined, roles: undefined };
  expect(said).toEqual([{ ...nothing, roles: [] }, nothing, { ...nothing, roles: [] }, nothing]);
});

test('to inspect a token says what is in it and whether it is good, and why not', async () => {
  const alice = await start();
  const { access } = await system.tokens.forUser(alice);
  const claims = expect.objectContaining({ user_id: alice.id });
  expect(await system.tokens.inspect(access.token)).toMatchObject({ claims, valid: true, problem: null });
  clock.advance(301);
  const problem = { reason: 'token_expired' };
  expect(await system.tokens.inspect(access.token)).toMatchObject({ claims, valid: false, problem });
  const nothing = { valid: false, problem: expect.objectContaining({ reason: 'token_not_valid' }) };
  const long = craft({ ...claimsOf(access.token), more: 'x'.repeat(8192) });
  for (const text of ['x', long, `${access.token}=`]) expect(await system.tokens.inspect(text)).toEqual(nothing);
});

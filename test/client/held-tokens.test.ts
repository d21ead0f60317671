import { afterEach, expect, test } from '@jest/globals';
import { heldTokensIn, holdTokens } from '../../src/client/held-tokens.ts';
import { createTokenStore, type TokenStore } from '../../src/client/index.ts';
import { accessOf } from './refreshing-store.ts';

let tokens: TokenStore | undefined;
afterEach(() => tokens?.close());

test.each(['opaque', 'e30.bnVsbA.'])(
  'an access token that cannot be read is used until the server refuses it: %s',
  async (access) => {
    const time = { now: 0 };
    const fetch = () => Promise.reject(new Error('nothing is to be sent'));
    tokens = createTokenStore({ fetch, clock: () => time.now });
    await tokens.save({ access, refresh: 'opaque' });
    time.now = 100 * 365 * 86_400_000;
    expect(await tokens.accessToken()).toBe(access);
    expect(tokens.getState()).toMatchObject({ tokens: { access, refresh: 'opaque', sessionId: null } });
  },
);

test('tokens that were kept before there were chains are a chain by their session, or by themselves', () => {
  const kept = { access: 'a', refresh: 'b', receivedAt: 0, refreshAt: 1, expiresAt: 2 };
  expect(heldTokensIn({ ...kept, sessionId: 's' })).toMatchObject({ chain: 's', step: 0 });
  expect(heldTokensIn({ ...kept, sessionId: null })).toMatchObject({ chain: 'a', step: 0 });
});

test.each<[string, string | null, string | null, string]>([
  ['stay one chain that were of no session before', 'refresh', null, 'first'],
  ['stay one chain whose refresh token is in a cookie', null, 's', 'first'],
  ['are another chain where the cookie was of another session', null, 'former', 's'],
])('tokens that are refreshed %s', (_what, refresh, sessionId, chain) => {
  const spent = { ...holdTokens({ access: 'a', refresh }, 0, null, 1), sessionId, chain: 'first' };
  expect(holdTokens({ access: accessOf('s', 1), refresh: null }, 0, spent, 2)).toMatchObject({ chain, refresh });
});

test.each([null, undefined, 5, 'tokens', [], {}])('%j is not taken for tokens', (value) => {
  expect(heldTokensIn(value)).toBeNull();
});

import { afterEach, expect, test } from '@jest/globals';
import { heldTokensIn } from '../../src/client/held-tokens.ts';
import { createTokenStore, type TokenStore } from '../../src/client/index.ts';

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

test.each([null, undefined, 5, 'tokens', [], {}])('%j is not taken for tokens', (value) => {
  expect(heldTokensIn(value)).toBeNull();
});

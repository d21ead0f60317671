import 'reflect-metadata';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { afterEach, expect, test } from '@jest/globals';
import { buildSchema } from 'type-graphql';
import type { SettingsInput } from '../../src/contracts/settings/settings-table.ts';
import { createAuth, type Auth } from '../../src/graphql/auth.ts';
import type { AuthContext } from '../../src/graphql/context.ts';
import { TokenBlacklistDocument, TokenObtainPairDocument, TokenRefreshDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { claimsOf } from '../support/forge.ts';
import { COOKIE, cookiesOf, Page } from '../support/page.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { describeEachStore, newPlace, type Place } from '../support/stores.ts';

const CREDENTIALS = { username: 'alice', password: PASSWORD };

describeEachStore('cookie mode in an Apollo Server of your own', (kind) => {
  let auth: Auth;
  let apollo: ApolloServer<AuthContext>;
  let place: Place;
  let reported: unknown[];

  /** Mounts the library; `context` is what a user of it writes. Resolves to the server's address. */
  async function mount(
    context: (auth: Auth) => Parameters<typeof startStandaloneServer<AuthContext>>[1],
    options: SettingsInput = { refreshCookie: true },
  ): Promise<string> {
    place = newPlace(kind);
    reported = [];
    const onInternalError = (error: unknown) => reported.push(error);
    const settings = { signingKey: TEST_KEY, passwordHashCost: 4, ...place.options, ...options };
    auth = await createAuth({ ...settings, onInternalError });
    await auth.users.create(CREDENTIALS);
    const schema = await buildSchema({ resolvers: auth.resolvers, authChecker: auth.guard, validate: false });
    apollo = new ApolloServer<AuthContext>({ schema, formatError: auth.formatError });
    const { url } = await startStandaloneServer(apollo, { ...context(auth), listen: { host: '127.0.0.1', port: 0 } });
    return url;
  }
  afterEach(async () => {
    await apollo.stop();
    await auth.close();
    await place.remove();
  });

  test('the context function alone is enough', async () => {
    const url = await mount(({ context }) => ({ context }));
    const page = new Page(url);
    const signedIn = await page.send(TokenObtainPairDocument, CREDENTIALS);
    expect(signedIn).toMatchObject({ data: { tokenObtainPair: { refresh: null } }, errors: [] });
    expect(cookiesOf(signedIn)).toEqual([expect.stringMatching(/; Path=\/; .*; HttpOnly; Secure; SameSite=Strict$/)]);
    const first = claimsOf(page.token);
    expect((await page.send(TokenRefreshDocument, {})).errors).toEqual([]);
    expect(claimsOf(page.token)).toMatchObject({ sid: first['sid'] });
    expect(claimsOf(page.token)['jti']).not.toBe(first['jti']);
    expect((await page.send(TokenBlacklistDocument, {})).errors).toEqual([]);
    expect(page.token).toBeNull();
    expect(claimsOf((await new Client(url).signIn('alice', PASSWORD)).refresh)['token_type']).toBe('refresh');
  });

  test('cookies that others have set stay beside it', async () => {
    const url = await mount((library) => ({
      context: async ({ req, res }) => {
        res.setHeader('Set-Cookie', ['theme=dark', 'lang=en']);
        return library.context({ req, res });
      },
    }));
    const query = `mutation { tokenObtainPair(username: "alice", password: "${PASSWORD}") { access } tokenRefresh { access } }`;
    const answer = await new Page(url).sendRaw({ query });
    expect(answer.errors).toEqual([]);
    expect(cookiesOf(answer)).toEqual(['theme=dark', 'lang=en', expect.stringMatching(`^${COOKIE}=`)]);
  });

  test('pages of the origins named in corsOrigins are served, whatever CORS headers the server sends', async () => {
    const url = await mount(({ context }) => ({ context }), {
      refreshCookie: true,
      corsOrigins: ['https://app.example.com'],
    });
    const named = await new Page(url, 'https://app.example.com').send(TokenObtainPairDocument, CREDENTIALS);
    expect(named.errors).toEqual([]);
    const stranger = await new Page(url, 'https://evil.com').send(TokenObtainPairDocument, CREDENTIALS);
    expect(stranger.errors[0]?.extensions).toEqual({ code: 'FORBIDDEN', reason: 'origin_not_allowed' });
    expect(cookiesOf(stranger)).toEqual([]);
  });

  test('a context without the response is an error of the server, which says what to pass, and programs go on', async () => {
    const url = await mount((library) => ({ context: async ({ req }) => library.context({ req }) }));
    const { data, errors } = await new Page(url).send(TokenObtainPairDocument, CREDENTIALS);
    expect(data).toBeNull();
    expect(errors).toEqual([expect.objectContaining({ message: 'Internal server error' })]);
    expect(reported).toEqual([
      expect.objectContaining({ message: expect.stringContaining('Expected auth.context({ req, res })') }),
    ]);
    expect((await new Client(url).signIn('alice', PASSWORD)).refresh).not.toBe('');
  });
});

import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Authorized, buildSchema, Ctx, Query, Resolver } from 'type-graphql';
import {
  authErrorIn,
  createTokenVerifier,
  StoreUnavailable,
  verifierGuard,
  type TokenVerifier,
  type TokenVerifierOptions,
  type VerifierContext,
} from '../../src/verifier/index.ts';
import { craft } from '../support/craft.ts';
import { PASSWORD, startTestServer, TEST_KEY, TestClock, type TestServer } from '../support/server.ts';

const HS = { key: TEST_KEY, algorithms: ['HS256'] } as const;
const odd = (name: string) => ({ url: 'https://a.example', name: 'orders', secret: 'x', [name]: NaN });
const SHARED = { issuer: 'https://auth.example.com', audience: 'api' };
const pemOf = (key: KeyObject) =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
/** What only the server has. */
const own = { algorithm: 'RS256', key: pair.privateKey } as const;
const env = {
  JWT_ALGORITHM: 'RS256',
  JWT_SIGNING_KEY: pemOf(pair.privateKey),
  JWT_ISSUER: SHARED.issuer,
  JWT_AUDIENCE: SHARED.audience,
};

describe('a verifier', () => {
  let server: TestServer;
  let access: string;
  let refresh: string;
  let clock: TestClock;
  beforeAll(async () => {
    server = await startTestServer('sqlite', { env });
    ({ access, refresh } = await server.signIn());
  });
  afterAll(() => server.remove());
  const jwksUrl = () => new URL('/.well-known/jwks.json', server.url).href;
  const make = (options: TokenVerifierOptions = {}) => {
    clock = new TestClock();
    const url = options.key === undefined ? { jwksUrl: jwksUrl() } : {};
    return createTokenVerifier({ ...SHARED, ...url, clock: clock.read, ...options });
  };
  const byKey = { algorithms: ['RS256'] } as const;
  const verdictOf = (verifier: TokenVerifier, token: string) =>
    verifier.verify(token).then(
      ({ user }) => user.id,
      (error: unknown) => (error as { readonly reason?: string }).reason ?? String(error),
    );

  test.each([
    ['the URL of a JWK set', () => make()],
    ['a public key as PEM', () => make({ ...byKey, key: pemOf(pair.publicKey) })],
    ['a public key as JWK', () => make({ ...byKey, key: JSON.stringify(pair.publicKey.export({ format: 'jwk' })) })],
  ])('by %s accepts an access token of the server, and nothing else', async (_what, of) => {
    const verifier = of();
    const { user, token } = await verifier.verify(access);
    expect(user).toEqual({ id: server.alice.id, username: '' });
    expect(token).toMatchObject({ type: 'access', userId: server.alice.id, sessionId: expect.any(String) });
    expect(await verdictOf(verifier, refresh)).toBe('token_not_valid');
    expect(await verdictOf(verifier, craft({ ...token.claims, token_type: 'refresh' }, own))).toBe('token_wrong_type');
    expect(await verdictOf(verifier, 'x.y.z')).toBe('token_not_valid');
    expect(await verdictOf(verifier, `${access.slice(0, -4)}AAAA`)).toBe('token_not_valid');
    expect(await verdictOf(verifier, craft({}, { algorithm: 'none' }))).toBe('token_not_valid');
    const asSecret = { algorithm: 'HS256', key: createSecretKey(Buffer.from(pemOf(pair.publicKey))) } as const;
    expect(await verdictOf(verifier, craft(token.claims, asSecret))).toBe('token_not_valid');
    clock.advance(301);
    expect(await verdictOf(verifier, access)).toBe('token_expired');
  });

  test.each([
    ['a list of one', (token: string) => [`Bearer ${token}`], null],
    ['the scheme and the token in a list', (token: string) => ['Bearer', token], null],
    ['a list of two', (token: string) => [`Bearer ${token}`, `Bearer ${token}`], 'bad_authorization_header'],
    ['an empty list', () => [], 'not_authenticated'],
    ['no text', () => 7, 'not_authenticated'],
    ['a list of no text', () => [7], 'not_authenticated'],
  ])('reads a header that is %s as the server does', async (_what, headerWith, reason) => {
    const req = { headers: { authorization: headerWith(access) } };
    for (const context of [make().context, server.auth.context]) {
      const { auth } = await context({ req });
      const outcome = auth.authenticate().then(
        ({ user }) => user.id,
        (error: unknown) => authErrorIn(error)?.reason,
      );
      expect(await outcome).toBe(reason ?? server.alice.id);
    }
  });

  test.each([
    ['another issuer', { issuer: 'https://other.example.com' }, 'token_not_valid'],
    ['another audience', { audience: 'other' }, 'token_not_valid'],
    ['an algorithm that the set has no key for', { algorithms: ['RS384'] as const }, 'store_unavailable'],
  ])('where %s is set accepts none', async (_what, options, reason) => {
    expect(await verdictOf(make(options), access)).toBe(reason);
  });

  test('S53: says that it cannot tell, and why, where the URL fails, and has nobody refresh in vain', async () => {
    const errors: unknown[] = [];
    const jwksUrl = new URL('/nothing.json', server.url).href;
    const verifier = make({ jwksUrl, onError: (error) => errors.push(error) });
    const req = { headers: { authorization: `Bearer ${access}` } };
    const { auth } = await verifier.context({ req });
    for (const asked of [verifier.verify(access), auth.authenticate()]) {
      const error = authErrorIn(await asked.catch((thrown: unknown) => thrown));
      expect(error).toBeInstanceOf(StoreUnavailable);
      expect(error).toMatchObject({ reason: 'store_unavailable', action: 'WAIT', cause: errors[0] });
    }
    expect(errors.map(String)).toEqual([
      `Error: The keys at ${jwksUrl} cannot be fetched: the answer is 404, expected 200.`,
    ]);
  });

  test('by a secret accepts the tokens of a server that has the same', async () => {
    const symmetric = await startTestServer('sqlite');
    const verifier = createTokenVerifier({ key: TEST_KEY, algorithms: ['HS256'] });
    expect(await verdictOf(verifier, (await symmetric.signIn()).access)).toBe(symmetric.alice.id);
    await symmetric.remove();
  });

  test.each<[string, TokenVerifierOptions, RegExp]>([
    ['neither key nor URL', { algorithms: ['RS256'] }, /^jwksUrl: not set, expected/],
    ['a key and no algorithm', { key: TEST_KEY }, /^algorithms: got none, expected the one/],
    ['a key and a URL', { key: TEST_KEY, jwksUrl: 'https://a.example' }, /^key: given with jwksUrl/],
    [
      'an algorithm that is none',
      { key: TEST_KEY, algorithms: ['HS1' as never] },
      /^algorithms: got HS1, expected the one/,
    ],
    ['a URL of another kind', { jwksUrl: 'ftp://a.example/jwks.json' }, /^jwksUrl: got "ftp:.*, expected an https or/],
    ['a URL that is none', { jwksUrl: 'auth.example.com' }, /^jwksUrl: got "auth.example.com", expected/],
    ['a URL without a host', { jwksUrl: 'https://' }, /^jwksUrl: got "https:\/\/", expected/],
    [
      'a secret for a URL',
      { jwksUrl: 'https://a.example', algorithms: ['HS256'] },
      /^algorithms: got HS256 with jwksUrl/,
    ],
    ['a short secret', { key: 'short', algorithms: ['HS256'] }, /^key: got a secret of 5 bytes/],
    ['a key of another kind', { key: pemOf(pair.publicKey), algorithms: ['ES256'] }, /^key: got a key of rsa/],
    ['a public key as a secret', { key: pemOf(pair.publicKey), algorithms: ['HS256'] }, /^key: got a PEM key/],
    ['no silence', { jwksUrl: 'https://a.example', maxSilence: 0 }, /^maxSilence: got 0, expected a number of seconds/],
    [
      'an endless silence',
      { jwksUrl: 'https://a.example', maxSilence: Infinity },
      /^maxSilence: got Infinity, expected/,
    ],
    [
      'a silence that is no number',
      { jwksUrl: 'https://a.example', revocations: odd('maxSilence') },
      /^revocations\.max/,
    ],
    [
      'an interval that is no number',
      { jwksUrl: 'https://a.example', revocations: odd('interval') },
      /^revocations\.int/,
    ],
    ['a silence and a key', { ...HS, maxSilence: 60 }, /^maxSilence: given without jwksUrl/],
    ['a lifetime', { jwksUrl: 'https://a.example', ...({ accessTokenLifetimes: 5 } as object) }, /unknown option/],
  ])('is not made of %s', (_what, options, message) => {
    expect(() => createTokenVerifier(options)).toThrow(message);
  });
});

@Resolver()
class SecretResolver {
  @Authorized()
  @Query(() => String)
  async whoami(@Ctx() { auth }: VerifierContext): Promise<string> {
    return (await auth.authenticate()).user.id;
  }
  @Authorized('ADMIN')
  @Query(() => String)
  secret(): string {
    return '42';
  }
  @Query(() => String)
  open(): string {
    return 'open';
  }
}

describe('an Apollo Server of another service', () => {
  let server: TestServer;
  let service: ApolloServer<VerifierContext>;
  afterEach(async () => {
    await service.stop();
    await server.remove();
  });

  test('lets in whoever has a token of the server, and whom a role lets in', async () => {
    const claims = ({ username }: { readonly username: string }) => ({
      username,
      roles: username === 'alice' ? ['ADMIN'] : ['EDITOR'],
    });
    server = await startTestServer('sqlite', { env, hooks: { claims } });
    const { access } = await server.signIn();
    const verifier = createTokenVerifier({ ...SHARED, jwksUrl: new URL('/.well-known/jwks.json', server.url).href });
    const schema = await buildSchema({ resolvers: [SecretResolver], authChecker: verifierGuard, validate: false });
    service = new ApolloServer<VerifierContext>({ schema });
    const { url } = await startStandaloneServer(service, { listen: { port: 0 }, context: verifier.context });
    const ask = async (query: string, authorization?: string) => {
      const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
      return (await response.json()) as { data: unknown; errors?: { extensions: { reason: string } }[] };
    };
    expect(await ask('{ open }', 'Bearer nonsense')).toEqual({ data: { open: 'open' } });
    expect(await ask('{ whoami secret }', `Bearer ${access}`)).toEqual({
      data: { whoami: server.alice.id, secret: '42' },
    });
    for (const [header, reason] of [
      [undefined, 'not_authenticated'],
      ['Bearer', 'bad_authorization_header'],
      ['Bearer nonsense', 'token_not_valid'],
    ] as const) {
      const { data, errors } = await ask('{ whoami }', header);
      expect(data).toBeNull();
      expect(errors?.[0]?.extensions.reason).toBe(reason);
    }
    await server.auth.users.create({ username: 'bob', password: PASSWORD });
    const bob = await server.client.signIn('bob', PASSWORD);
    const { errors } = await ask('{ secret }', `Bearer ${bob.access}`);
    expect(errors?.[0]?.extensions.reason).toBe('permission_denied');
  });
});

test('graphql is loaded at the first refusal that is to be answered by a GraphQL server, and not before', async () => {
  const script = `
    import { createRequire } from 'node:module';
    import { createTokenVerifier, verifierGuard } from ${JSON.stringify(new URL('../../dist/verifier/index.js', import.meta.url))};
    const { cache } = createRequire(import.meta.url);
    const isLoaded = () => Object.keys(cache).some((file) => /node_modules.graphql\\W/.test(file));
    const verifier = createTokenVerifier({ key: '${TEST_KEY}', algorithms: ['HS256'] });
    const said = [isLoaded()];
    said.push(await verifier.verify('forged').catch(({ name }) => name), isLoaded());
    const context = await verifier.context({ req: { headers: {} } });
    said.push(await verifierGuard({ context }, []).catch(({ name, cause }) => [name, cause.name]), isLoaded());
    console.log(JSON.stringify(said));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  const refused = ['GraphQLError', 'NotAuthenticated'];
  expect(JSON.parse(stdout)).toEqual([false, 'NoAcceptedToken', false, refused, true]);
});

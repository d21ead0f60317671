import { afterAll, expect, jest } from '@jest/globals';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import type { Hooks, User } from '../../../src/contracts/hooks.ts';
import * as Operations from '../../generated/operations.ts';
import type { Answer, SendOptions } from '../../support/client.ts';
import { claimsOf, forge, type TestClaims } from '../../support/forge.ts';
import { PASSWORD, startTestServer, type TestServer } from '../../support/server.ts';
import type { StoreKind } from '../../support/stores.ts';

/** simplejwt's defaults where ours are others. */
const DEFAULTS = { JWT_ROTATE_REFRESH_TOKENS: 'false', JWT_BLACKLIST_AFTER_ROTATION: 'false' };

export const MINUTE = 60;
export const DAY = 86_400;

type Claims = Readonly<Record<string, unknown>>;

/** What a test of simplejwt's suite starts with: a user of its own, and the tokens and views of the seed. */
export class Seed {
  constructor(
    readonly server: TestServer,
    readonly user: User,
  ) {}

  get now(): number {
    return this.server.clock.seconds;
  }

  get credentials(): { username: string; password: string } {
    return { username: this.user.username, password: PASSWORD };
  }

  /** `RefreshToken()`, `AccessToken()`, `SlidingToken()` of simplejwt itself for the user: of no session. */
  token(type: string, claims: TestClaims = {}): string {
    const lifetime = type === 'refresh' ? DAY : 5 * MINUTE;
    const jti = crypto.randomUUID().replaceAll('-', '');
    const sliding = type === 'sliding' && { refresh_exp: this.now + DAY };
    const own = { token_type: type, exp: this.now + lifetime, iat: this.now, jti, user_id: this.user.id, ...sliding };
    return forge({ ...own, ...claims });
  }

  send<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    options?: SendOptions,
  ): Promise<Answer<Data>> {
    return this.server.client.send(document, variables, options);
  }
  readonly obtainPair = (given: object = {}) =>
    this.send(Operations.TokenObtainPairDocument, { ...this.credentials, ...given });
  readonly obtainSliding = (given: object = {}) =>
    this.send(Operations.TokenObtainSlidingDocument, { ...this.credentials, ...given });
  readonly refresh = (refresh: string) => this.send(Operations.TokenRefreshDocument, { refresh });
  readonly refreshSliding = (token: string) => this.send(Operations.TokenRefreshSlidingDocument, { token });
  readonly verify = (token: string) => this.send(Operations.TokenVerifyDocument, { token });
  readonly blacklist = (refresh: string) => this.send(Operations.TokenBlacklistDocument, { refresh });

  /** A protected view, asked with a header. */
  readonly view = (authorization?: string, headers: Readonly<Record<string, string>> = {}) =>
    this.send(
      Operations.HelloDocument,
      {},
      { headers: { ...(authorization !== undefined && { authorization }), ...headers } },
    );

  async signIn(): Promise<{ access: string; refresh: string }> {
    return this.server.client.signIn(this.user.username, PASSWORD);
  }

  async slidingToken(): Promise<string> {
    return (await this.obtainSliding()).data?.tokenObtainSliding.token ?? '';
  }

  /** Which arguments are named as missing when an operation is sent with these alone. */
  async missing(document: TypedDocumentNode<unknown, never>, variables: object = {}): Promise<readonly unknown[]> {
    const { errors } = await this.server.client.sendRaw({ query: print(document), variables });
    const refusals = errors.filter(({ extensions }) => extensions['code'] === 'BAD_USER_INPUT');
    return refusals.map(({ message, extensions }) => extensions['field'] ?? /"\$(\w+)"/.exec(message)?.[1]);
  }
}

/** What simplejwt answers with 401 and its `code`: here the reason, and the message. */
export function refusedWith(reason: string, message?: string) {
  const extensions = expect.objectContaining({ code: 'UNAUTHENTICATED', reason });
  const error = { extensions, ...(message !== undefined && { message }) };
  return { data: null, errors: [expect.objectContaining(error)] };
}

export const noErrors = { errors: [] };

/** The claims of a token that an answer holds. */
export function claimsWithin(token: string | null | undefined): Claims {
  return claimsOf(token ?? null);
}

/** The servers of a suite, by their settings: tests share them. */
export function openSuite(kind: StoreKind) {
  const onLoginFailed = jest.fn<NonNullable<Hooks['onLoginFailed']>>();
  const tokenUser: Hooks['tokenUser'] = ({ user_id, username }) => ({
    id: JSON.stringify(user_id),
    username: typeof username === 'string' ? username : 'bsaget',
  });
  const servers = new Map<string, Promise<TestServer>>();
  let count = 0;
  afterAll(async () => {
    for (const server of servers.values()) await (await server).remove();
  });
  const seed = async (env: Readonly<Record<string, string>> = {}): Promise<Seed> => {
    const name = JSON.stringify(env);
    const started =
      servers.get(name) ?? startTestServer(kind, { env: { ...DEFAULTS, ...env }, hooks: { onLoginFailed, tokenUser } });
    servers.set(name, started);
    const server = await started;
    count += 1;
    return new Seed(server, await server.auth.users.create({ username: `test_user${count}`, password: PASSWORD }));
  };
  return { seed, onLoginFailed };
}

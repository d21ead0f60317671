import { afterEach, expect, test } from '@jest/globals';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { graphql } from 'graphql';
import { Authorized, Query, Resolver } from 'type-graphql';
import { SessionRevoked } from '../../../src/contracts/errors.ts';
import type { SecurityEvent } from '../../../src/contracts/hooks.ts';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import { StepUp } from '../../../src/core/step-up/step-up.ts';
import type { Authenticated } from '../../../src/core/tokens/authenticator.ts';
import type { Demand } from '../../../src/core/tokens/demands.ts';
import { verifierGuard } from '../../../src/verifier/verifier-guard.ts';
import * as Operations from '../../generated/operations.ts';
import { answerWith, challengeOf, enrol, reasonOf } from '../../support/factors.ts';
import { claimsOf } from '../../support/forge.ts';
import { startTestLibrary } from '../../support/library.ts';
import { ALL_ROOMS, PASSWORD, startTestServer, TEST_KEY, type TestServer } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

const MAX_AGE = 600;
const NEW_PASSWORD = 'tall amber kettles';

@Resolver()
class VaultResolver {
  @Authorized<Demand>({ maxAge: 300 })
  @Query(() => String)
  recent(): string {
    return 'recent';
  }

  @Authorized<Demand>({ amr: 'mfa' })
  @Query(() => String)
  strong(): string {
    return 'strong';
  }

  @Authorized<Demand>('ADMIN', { maxAge: 300 })
  @Query(() => String)
  both(): string {
    return 'both';
  }
}

describeEachStore('step-up', (kind) => {
  let server: TestServer;
  let events: SecurityEvent[];
  const start = async (env: Readonly<Record<string, string>> = {}) => {
    events = [];
    const hooks = { onSecurityEvent: (event: SecurityEvent) => void events.push(event) };
    server = await startTestServer(kind, { env: { ...ALL_ROOMS, ...env }, hooks });
  };
  afterEach(() => server.remove());
  const send = <Variables>(document: TypedDocumentNode<unknown, Variables>, variables: Variables, token: string) =>
    server.client.send(document, variables, { token });

  test.each(['session', 'stateless'])(
    'keeps a stolen session from what matters, and not its owner from ending sessions; with %s authentication',
    async (JWT_AUTHENTICATION) => {
      await start({ JWT_AUTHENTICATION, JWT_ACCESS_TOKEN_LIFETIME: '1h' });
      await server.auth.users.change(server.alice.id, { isAdmin: true });
      const bob = await server.auth.users.create({ username: 'bob', password: PASSWORD });
      const token = (await server.signIn()).access;
      server.clock.advance(MAX_AGE + 2);
      const guarded = [
        await send(Operations.PasswordChangeDocument, { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }, token),
        await send(Operations.TotpSetUpDocument, { password: PASSWORD }, token),
        await send(Operations.TotpRemoveDocument, { password: PASSWORD }, token),
        await send(Operations.RecoveryCodesRenewDocument, { password: PASSWORD }, token),
        await send(Operations.UserUpdateDocument, { id: bob.id, isAdmin: true }, token),
        await send(Operations.UserUpdateDocument, { id: bob.id, isActive: true }, token),
        await send(Operations.UserSetRolesDocument, { id: bob.id, roles: ['EDITOR'] }, token),
        await send(Operations.UserRemoveSecondFactorDocument, { id: bob.id }, token),
        await send(Operations.EmailChangeDocument, { currentPassword: PASSWORD, email: 'a@example.com' }, token),
        await send(Operations.UserCreateDocument, { username: 'carol', password: NEW_PASSWORD }, token),
        await send(Operations.UserInviteDocument, { username: 'dave', email: 'dave@example.com' }, token),
        await send(Operations.UserSetPasswordDocument, { id: bob.id, newPassword: NEW_PASSWORD }, token),
        await send(Operations.UserDeleteDocument, { id: bob.id }, token),
        await send(Operations.AccountExportDocument, {}, token),
        await send(Operations.AccountDeleteDocument, { password: PASSWORD }, token),
      ];
      const refusal = { code: 'FORBIDDEN', reason: 'step_up_required', action: 'REAUTHENTICATE', maxAge: MAX_AGE };
      expect(guarded.map(({ errors: [error] }) => error?.extensions)).toEqual(guarded.map(() => refusal));
      const panic = [
        await send(Operations.UserUpdateDocument, { id: bob.id, isActive: false }, token),
        await send(Operations.UserRevokeSessionsDocument, { userId: bob.id }, token),
        await send(Operations.SessionRevokeOthersDocument, {}, token),
        await send(Operations.SessionsDocument, {}, token),
        await send(Operations.SessionRevokeAllDocument, {}, token),
      ];
      expect(panic.map(reasonOf)).toEqual(panic.map(() => undefined));
    },
  );

  test('makes the sign-in recent again for the password, in the session and in its tokens', async () => {
    await start();
    const { access, refresh } = await server.signIn();
    const signedIn = server.clock.seconds;
    expect(claimsOf(access)).toMatchObject({ auth_time: signedIn, amr: ['pwd'] });
    expect(claimsOf(refresh)).not.toHaveProperty('auth_time');
    server.clock.advance(200);
    const refreshed = await server.client.expect(Operations.TokenRefreshDocument, { refresh });
    expect(claimsOf(refreshed.tokenRefresh.access)).toMatchObject({ auth_time: signedIn, amr: ['pwd'] });
    server.clock.advance(MAX_AGE - 250);
    const token = (await server.client.expect(Operations.TokenRefreshDocument, refreshed.tokenRefresh)).tokenRefresh
      .access;
    server.clock.advance(60);
    const wrong = await send(Operations.TokenStepUpDocument, { password: 'not the password' }, token);
    expect(reasonOf(wrong)).toBe('wrong_password');
    expect(reasonOf(await send(Operations.AccountExportDocument, {}, token))).toBe('step_up_required');
    const { tokenStepUp } = await server.client.expect(
      Operations.TokenStepUpDocument,
      { password: PASSWORD },
      { token },
    );
    expect(Date.parse(tokenStepUp.authenticatedAt)).toBe(server.clock.read());
    const renewed = claimsOf(tokenStepUp.access ?? '');
    const { sid, user_id: userId, token_type: type } = claimsOf(token);
    const client = { ipAddress: '127.0.0.1' };
    expect(events.at(-1)).toMatchObject({ event: 'stepped_up', userId, sessionId: sid, client });
    expect(renewed).toMatchObject({
      auth_time: server.clock.seconds,
      amr: ['pwd'],
      sid,
      user_id: userId,
      token_type: type,
    });
    for (const good of [token, tokenStepUp.access ?? '']) {
      expect(reasonOf(await send(Operations.AccountExportDocument, {}, good))).toBeUndefined();
    }
  });

  test('asks for a code of those who have a second factor, and a change of the password does not stand in for it', async () => {
    await start();
    const first = (await server.signIn()).access;
    const { app } = await enrol(server, first);
    const code = () => app.code(server.clock.read());
    const answer = await answerWith(server.client, await challengeOf(server.client), code());
    const { access: token = '', refresh } = answer.data?.tokenObtainPairOtp ?? {};
    const signedIn = server.clock.seconds;
    expect(claimsOf(token)).toMatchObject({ auth_time: signedIn, amr: ['pwd', 'otp', 'mfa'] });
    server.clock.advance(100);
    const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    const { passwordChange } = await server.client.expect(Operations.PasswordChangeDocument, change, { token });
    expect(claimsOf(passwordChange.access)).toMatchObject({ auth_time: signedIn, amr: ['pwd', 'otp', 'mfa'] });
    expect(refresh).not.toBe(passwordChange.refresh);
    server.clock.advance(MAX_AGE - 50);
    const late = (await server.client.expect(Operations.TokenRefreshDocument, passwordChange)).tokenRefresh.access;
    const stepUp = (more: object) =>
      send(Operations.TokenStepUpDocument, { password: NEW_PASSWORD, ...more }, late).then(reasonOf);
    // Before the password is checked, which costs much more.
    for (const more of [{}, { code: '' }, { password: 'wrong' }]) expect(await stepUp(more)).toBe('invalid_input');
    expect(await stepUp({ code: '000000' })).toBe('wrong_code');
    const used = code();
    expect(await stepUp({ code: used })).toBeUndefined();
    expect(await stepUp({ code: used })).toBe('wrong_code');
    expect(reasonOf(await send(Operations.RecoveryCodesRenewDocument, { password: NEW_PASSWORD }, late))).toBe(
      'invalid_input',
    );
  });

  test('works for sessions from before it was on, and not without a session', async () => {
    await start();
    const { sessions, tokens } = server.auth;
    const token = (await tokens.forUser(server.alice, { authentication: undefined })).access.token;
    expect(claimsOf(token)).not.toHaveProperty('auth_time');
    expect(reasonOf(await send(Operations.AccountExportDocument, {}, token))).toBe('step_up_required');
    await server.client.expect(Operations.TokenStepUpDocument, { password: PASSWORD }, { token });
    expect(reasonOf(await send(Operations.AccountExportDocument, {}, token))).toBeUndefined();
    await sessions.revokeAll(server.alice.id);
    expect(reasonOf(await send(Operations.TokenStepUpDocument, { password: PASSWORD }, token))).toBe('session_revoked');
  });
});

test("fields of the library's users ask for a recent sign-in, a factor or both, and the verifier by the token", async () => {
  const library = await startTestLibrary('sqlite', { stepUp: true });
  const { auth, alice, clock } = library;
  const schema = auth.buildSchema({ resolvers: [VaultResolver] });
  const { access } = await auth.tokens.forUser(alice);
  const reason = async (source: string) => {
    const contextValue = await auth.context({ req: { headers: { authorization: `Bearer ${access.token}` } } });
    return (await graphql({ schema, source, contextValue })).errors?.[0]?.extensions;
  };
  expect(await reason('{ recent }')).toBeUndefined();
  expect(await reason('{ strong }')).toMatchObject({ reason: 'step_up_required', amr: 'mfa' });
  expect(await reason('{ both }')).toMatchObject({ reason: 'permission_denied' });
  clock.advance(299);
  expect(await reason('{ recent }')).toBeUndefined();
  const contextOf = (seconds: number, more = {}) => {
    const claims = { auth_time: Math.floor(Date.now() / 1000) - seconds, ...more };
    const verified = { user: { id: '', username: '' }, token: { claims } as never, keyThumbprint: null };
    return { auth: { authenticate: async () => verified } };
  };
  const demands = [{ maxAge: 300 }, { amr: 'mfa' }];
  expect(await verifierGuard({ context: contextOf(100, { amr: ['pwd', 'mfa'] }) }, demands)).toBe(true);
  for (const context of [contextOf(400, { amr: ['mfa'] }), contextOf(1, { amr: 'mfa' }), contextOf(1)]) {
    await expect(verifierGuard({ context }, demands)).rejects.toMatchObject({
      extensions: { action: 'REAUTHENTICATE' },
    });
  }
  await library.remove();
});

test('whose session ends while the password is checked gets no token, and nothing is told', async () => {
  const told: unknown[] = [];
  const stepUp = new StepUp({
    store: { sessions: { reauthenticate: async () => false } },
    settings: settingsFromOptions({ signingKey: TEST_KEY }),
    clock: () => 0,
    events: { audit: (...event: unknown[]) => told.push(event) },
    minter: { access: () => 'a token' },
    proof: { prove: async () => ({ record: {}, authentication: {} }) },
  } as never);
  const caller = { token: { sessionId: 's', type: 'access', claims: {}, userId: 'alice' } } as Authenticated;
  const client = { userAgent: null, ipAddress: null };
  await expect(stepUp.renew(caller, 'alice', { password: PASSWORD }, client)).rejects.toBeInstanceOf(SessionRevoked);
  expect(told).toEqual([]);
});

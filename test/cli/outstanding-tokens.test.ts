import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { settingsFromOptions } from '../../src/contracts/settings/settings.ts';
import { adoptedId } from '../../src/core/sessions/standing.ts';
import { hashClaim } from '../../src/core/sessions/account.ts';
import { openStore } from '../../src/stores/open-store.ts';
import {
  HelloDocument,
  PasswordChangeDocument,
  SessionRevokeAllDocument,
  SessionRevokeDocument,
  SessionRevokeOthersDocument,
  SessionsDocument,
  TokenBlacklistDocument,
  TokenVerifyDocument,
} from '../generated/operations.ts';
import { claimsOf, forge } from '../support/forge.ts';
import { refreshWith } from '../support/process.ts';
import { PASSWORD } from '../support/server.ts';
import { setStage, type Stage } from '../support/stage.ts';
import { describeEachStore } from '../support/stores.ts';

const HASH = 'pbkdf2_sha256$1000$bpRStXzh9sC9lBuFluFlvm$Sj/qwgl4jH1XAi+brkO1RtAYdxCrz+1a7g9ObKiDKko=';
const ALICE = '7';
const now = () => Math.floor(Date.now() / 1000);
const day = 86_400;

/** A token that Django handed out to alice an hour ago. */
interface Issued {
  readonly text: string;
  readonly jti: string;
  readonly row: object;
}
let pk = 0;
function issued(claims: Readonly<Record<string, unknown>> = {}, fields: object = {}): Issued {
  const [iat, exp] = [now() - 3600, now() + day];
  const all = { token_type: 'refresh', exp, iat, jti: randomUUID().replaceAll('-', ''), user_id: ALICE, ...claims };
  const text = forge(all);
  const { jti } = all;
  const times = { created_at: new Date(all.iat * 1000), expires_at: new Date(all.exp * 1000) };
  pk += 1;
  const row = {
    model: 'token_blacklist.outstandingtoken',
    pk,
    fields: { user: Number(ALICE), jti, token: text, ...times, ...fields },
  };
  return { text, jti, row };
}
const out = ({ row }: Issued, at: number | null = Date.now()) => ({
  model: 'token_blacklist.blacklistedtoken',
  pk,
  fields: { token: (row as { pk: number }).pk, blacklisted_at: at && new Date(at) },
});

describeEachStore('outstanding tokens of Django', (kind) => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await setStage(kind);
    const fields = { password: HASH, username: 'alice', is_active: true, date_joined: '2025-01-02T03:04:05.678Z' };
    await done(stage.cli(['users', 'import', '-'], JSON.stringify([{ model: 'auth.user', pk: ALICE, fields }])));
  });
  afterEach(() => stage.remove());

  const done = async (running: ReturnType<Stage['cli']>) => {
    const { code, stdout, stderr } = await running;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  const importing = async (...rows: object[]) =>
    JSON.parse(await done(stage.cli(['tokens', 'import', '-', '--json'], JSON.stringify(rows)))) as object;
  const listed = async () =>
    JSON.parse(await done(stage.cli(['sessions', 'list', 'alice', '--json']))) as { id: string }[];
  const refreshed = (token: string) => refreshWith(stage.client, token);
  const signIn = () => stage.signIn('alice');
  const BLACKLISTED = { reason: 'token_blacklisted' };
  const TOKENS = { access: expect.any(String), refresh: expect.any(String) };

  test('are sessions not taken over yet, listed as such until they are refreshed here', async () => {
    const [one, other] = [issued(), issued()];
    const { access } = await signIn();
    expect(await importing(one.row, other.row)).toMatchObject({ outstanding: 2, sessions: 2, blacklisted: 0, bad: 0 });
    expect(await importing(one.row, other.row)).toMatchObject({ outstanding: 2, sessions: 0 });
    const kept = { imported: true, userAgent: null, ipAddress: null };
    const mine = { imported: false, userAgent: 'node' };
    expect(await listed()).toEqual([
      expect.objectContaining(mine),
      ...[one, other].map(() => expect.objectContaining({ ...kept, createdAt: expect.any(String) })),
    ]);
    const { refresh } = (await refreshed(one.text)) as { refresh: string };
    expect(claimsOf(refresh)['sid']).toBe(adoptedId(one.jti));
    const { sessions } = await stage.client.expect(SessionsDocument, {}, { token: access });
    expect(sessions.map(({ id, imported }) => [id, imported])).toEqual(
      expect.arrayContaining([
        [adoptedId(one.jti), false],
        [adoptedId(other.jti), true],
        [claimsOf(access)['sid'], false],
      ]),
    );
    expect(await refreshed(refresh)).toMatchObject(TOKENS);
    expect(await stage.auth.sessions.find(adoptedId(one.jti))).toMatchObject({ userId: ALICE });
  });

  test('stay out where nothing says when they were blacklisted', async () => {
    const one = issued();
    expect(await importing(one.row, out(one, null))).toMatchObject({ sessions: 0, blacklisted: 1, bad: 0 });
    expect(await refreshed(one.text)).toMatchObject(BLACKLISTED);
  });

  test.each<[string, (on: Stage) => Promise<unknown>]>([
    [
      'sessionRevokeAll',
      async ({ client }) => client.expect(SessionRevokeAllDocument, {}, { token: (await signIn()).access }),
    ],
    [
      'sessionRevokeOthers',
      async ({ client }) => client.expect(SessionRevokeOthersDocument, {}, { token: (await signIn()).access }),
    ],
    [
      'passwordChange',
      async ({ client }) =>
        client.expect(
          PasswordChangeDocument,
          { currentPassword: PASSWORD, newPassword: 'looking-glass-456!' },
          { token: (await signIn()).access },
        ),
    ],
    ['sessions revoke --all', (on) => done(on.cli(['sessions', 'revoke', 'alice', '--all']))],
    [
      'users set-password',
      (on) => done(on.cli(['users', 'set-password', 'alice', '--password-stdin'], 'looking-glass-456!\n')),
    ],
    [
      'users disable, and enable again',
      async (on) => {
        await done(on.cli(['users', 'disable', 'alice']));
        await done(on.cli(['users', 'enable', 'alice']));
      },
    ],
  ])('S58: %s ends them, imported before, later or never, with their access tokens', async (name, end) => {
    const [before, later, never] = [issued(), issued(), issued()];
    const access = issued({ token_type: 'access', exp: now() + 300, iat: now() - 1 });
    await importing(before.row);
    expect((await stage.client.send(HelloDocument, {}, { token: access.text })).errors).toEqual([]);
    await end(stage);
    expect(await importing(later.row)).toMatchObject({ outstanding: 1, sessions: 0 });
    const reason = name.includes('assword') ? 'password_changed' : 'token_blacklisted';
    for (const { text } of [before, later, never]) expect(await refreshed(text)).toMatchObject({ reason });
    const { errors } = await stage.client.send(HelloDocument, {}, { token: access.text });
    expect(errors[0]?.extensions['reason']).toBe(name.includes('assword') ? 'password_changed' : 'session_revoked');
    expect((await stage.client.send(TokenVerifyDocument, { token: never.text })).errors).toHaveLength(1);
    expect(await listed()).toEqual((await listed()).filter(({ id }) => id !== adoptedId(before.jti)));
  });

  test('are ended one by one, by their id or by signing out', async () => {
    const tokens = [issued(), issued(), issued()];
    const [byOwner, byOperator, signedOut] = tokens as [Issued, Issued, Issued];
    await importing(...tokens.map(({ row }) => row));
    const { access } = await signIn();
    await stage.client.expect(SessionRevokeDocument, { id: adoptedId(byOwner.jti) }, { token: access });
    await done(stage.cli(['sessions', 'revoke', 'alice', '--session', adoptedId(byOperator.jti)]));
    await stage.client.expect(TokenBlacklistDocument, { refresh: signedOut.text });
    for (const { text } of tokens) expect(await refreshed(text)).toMatchObject(BLACKLISTED);
    expect(await importing(...tokens.map(({ row }) => row))).toMatchObject({ sessions: 0 });
    expect(await listed()).toHaveLength(1);
  });

  test('that are blacklisted there become none, and end the session there is', async () => {
    const [dead, later] = [issued(), issued()];
    expect(await importing(dead.row, out(dead), later.row)).toMatchObject({ sessions: 1, blacklisted: 1 });
    expect(await importing(later.row, out(later))).toMatchObject({ sessions: 0, blacklisted: 1 });
    for (const { text } of [dead, later]) expect(await refreshed(text)).toMatchObject(BLACKLISTED);
    expect(await listed()).toEqual([]);
  });

  test.each([
    ['before', -1000, true],
    ['after', 60_000, false],
  ])('that were refreshed here %s they were blacklisted there', async (_when, offset, isEnded) => {
    for (const token of [issued(), issued()]) {
      if (offset > 0) await importing(token.row); // taken over in both ways
      const { refresh } = (await refreshed(token.text)) as { refresh: string };
      await importing(token.row, out(token, Date.now() + offset));
      expect(await refreshed(refresh)).toMatchObject(isEnded ? BLACKLISTED : TOKENS);
    }
  });

  test('outlive the session that they started nowhere', async () => {
    const token = issued();
    await importing(token.row);
    await refreshed(token.text);
    const opened = await openStore(settingsFromOptions(stage.place.options));
    await opened.sessions.deleteExpired(new Date(Date.now() + 400 * day * 1000));
    await opened.close();
    expect(await refreshed(token.text)).toMatchObject(BLACKLISTED);
  });

  test('of nobody, of one of our sessions, or of a password that was changed there become none', async () => {
    const rows = [
      issued({}, { user: null }),
      issued({}, { user: ['alice'] }),
      issued({ sid: 'abc' }),
      issued({ hash_password: hashClaim('another hash') }),
      issued({ exp: now() - 10 }),
    ];
    expect(await importing(...rows.map(({ row }) => row))).toMatchObject({ outstanding: 5, sessions: 0, bad: 0 });
    const right = issued({ hash_password: hashClaim(HASH) });
    const withoutText = issued({}, { token: '' });
    expect(await importing(right.row, withoutText.row)).toMatchObject({ sessions: 2 });
  });

  test('that slide live for as long as they can be refreshed, and stay out for as long', async () => {
    const sliding = () => issued({ token_type: 'sliding', exp: now() - 10, refresh_exp: now() + day });
    const [usable, signedOut] = [sliding(), sliding()];
    expect(await importing(usable.row, signedOut.row, out(signedOut))).toMatchObject({
      sessions: 1,
      blacklisted: 1,
      expired: 0,
    });
    const [session] = await listed();
    expect(session).toMatchObject({ id: adoptedId(usable.jti), imported: true });
  });
});

test('outstanding tokens of Django are sessions without an absolute end where sessions have none', async () => {
  const stage = await setStage('sqlite', { JWT_SESSION_LIFETIME: 'none' });
  try {
    const token = issued();
    const { code, stdout } = await stage.cli(['tokens', 'import', '-', '--json'], JSON.stringify([token.row]));
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ sessions: 1 })]);
    const session = await stage.auth.sessions.find(adoptedId(token.jti));
    expect(session?.endsAt).toEqual(new Date('9999-12-31T23:59:59.999Z'));
  } finally {
    await stage.remove();
  }
});

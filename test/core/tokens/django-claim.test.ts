import { afterEach, expect, test } from '@jest/globals';
import { hashClaim } from '../../../src/core/sessions/account.ts';
import { forgeForAlice, type TestClaims } from '../../support/forge.ts';
import { startTestLibrary, type TestLibrary } from '../../support/library.ts';
import { PASSWORD } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

/** Django's hash of `wonderland123!`, with little work. */
const HASH = 'pbkdf2_sha256$1000$bpRStXzh9sC9lBuFluFlvm$Sj/qwgl4jH1XAi+brkO1RtAYdxCrz+1a7g9ObKiDKko=';
const OF_BEFORE = hashClaim('pbkdf2_sha256$1000$salt$the hash before the change in Django');
const NEXT_PASSWORD = 'looking-glass-456!';
const CLIENT = { userAgent: null, ipAddress: '192.0.2.1' };
const CHANGED = { reason: 'password_changed' };

describeEachStore('tokens of a Django with CHECK_REVOKE_TOKEN', (kind) => {
  let library: TestLibrary;
  afterEach(() => library.remove());

  /** Alice is imported with the hash that she had in Django. */
  const start = async (checkRevokeToken: boolean) => {
    library = await startTestLibrary(kind, { checkRevokeToken });
    const { seam, auth, alice, clock } = library;
    await auth.users.delete(alice.id);
    const createdAt = new Date(clock.read() - 86_400_000);
    await seam.store.users.insert({
      ...alice,
      usernameKey: 'alice',
      passwordHash: HASH,
      passwordChangedAt: createdAt,
      createdAt,
    });
    return library;
  };
  const tokenOf = (claim: string | undefined, claims: TestClaims = {}) =>
    forgeForAlice(library, { iat: library.clock.seconds - 60, hash_password: claim, ...claims });
  const refresh = (token: string) => library.auth.tokens.refresh(token, CLIENT);
  const verify = (token: string) => library.auth.tokens.verify(token);
  const hello = (token: string) =>
    library.auth
      .context({ req: { headers: { authorization: `Bearer ${token}` } } })
      .then(({ auth }) => auth.authenticate());
  const signIn = (password = PASSWORD) => library.auth.users.authenticate('alice', password, CLIENT);

  const expectDead = async (claim: string | undefined) => {
    await expect(refresh(tokenOf(claim))).rejects.toMatchObject(CHANGED);
    await expect(verify(tokenOf(claim))).rejects.toMatchObject(CHANGED);
    await expect(hello(tokenOf(claim, { token_type: 'access' }))).rejects.toMatchObject({ extensions: CHANGED });
  };
  const expectAlive = async (claim: string | undefined) => {
    await refresh(tokenOf(claim));
    await verify(tokenOf(claim));
    await hello(tokenOf(claim, { token_type: 'access' }));
  };

  test.each([true, false])(
    'S58: are judged by the hash of Django for as long as the password is, also when it is upgraded (CHECK_REVOKE %s)',
    async (check) => {
      const { seam, alice, clock, auth } = await start(check);
      await expectDead(OF_BEFORE);
      await expectAlive(hashClaim(HASH));
      await signIn();
      const upgraded = await seam.store.users.findById(alice.id);
      expect(upgraded?.passwordHash).toMatch(/^bcrypt_sha256/);
      await expectDead(OF_BEFORE);
      await expectAlive(hashClaim(HASH));
      // A Django that reads our hash, as on the way back, goes on with the claim of that.
      await expectAlive(hashClaim(upgraded?.passwordHash ?? ''));

      clock.advance(1);
      await auth.users.changePassword(alice.id, PASSWORD, NEXT_PASSWORD);
      await expectDead(OF_BEFORE);
      await expectDead(hashClaim(HASH));
      await signIn(NEXT_PASSWORD);
      await expectDead(hashClaim(HASH));
    },
  );

  test('their sessions go on here with the claim that they have', async () => {
    await start(true);
    const { refresh: first } = await refresh(tokenOf(hashClaim(HASH)));
    await signIn();
    const { access } = await refresh(first.token ?? '');
    expect((await hello(access.token)).user.username).toBe('alice');
  });

  test('without the claim are judged by their age, once the password was changed here', async () => {
    const { auth, alice, clock } = await start(false);
    for (const claim of [undefined, 'of another kind']) await expectAlive(claim);
    clock.advance(1);
    await auth.users.setPassword(alice.id, NEXT_PASSWORD);
    for (const claim of [undefined, 'of another kind']) await expectDead(claim);
    await expect(refresh(tokenOf(undefined, { iat: undefined }))).rejects.toMatchObject(CHANGED);
    clock.advance(1);
    await refresh(tokenOf(undefined, { iat: clock.seconds }));
  });

  test('are not told by an upgrade that a password change overtakes', async () => {
    const { seam, auth, alice, clock } = await start(false);
    seam.before('users.replacePasswordHash', async () => {
      clock.advance(1);
      await auth.users.setPassword(alice.id, NEXT_PASSWORD);
    });
    await signIn();
    expect(await seam.store.users.findById(alice.id)).not.toHaveProperty('formerHashClaim');
    await expectDead(hashClaim(HASH));
  });

  test('are not said to be of another password as long as the store cannot keep them out', async () => {
    const { seam } = await start(true);
    seam.failAt('blacklist.add');
    await expect(refresh(tokenOf(OF_BEFORE))).rejects.toMatchObject({ reason: 'store_unavailable' });
  });

  test('show nothing of it to applications', async () => {
    const { auth, alice } = await start(false);
    await signIn();
    await auth.sessions.revokeAll(alice.id);
    expect(Object.keys((await auth.users.find(alice.id)) ?? {}).toSorted()).toEqual(Object.keys(alice).toSorted());
  });
});

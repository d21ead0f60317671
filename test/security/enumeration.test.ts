import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import bcrypt from 'bcrypt';
import type { UserRecord } from '../../src/contracts/store/store.ts';
import { openStore } from '../../src/stores/open-store.ts';
import { TokenObtainPairDocument, UserRegisterDocument } from '../generated/operations.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const COST = 7;
/** Its two forms are both tried, for Django hashes what is typed. */
const DECOMPOSED = 'cafe\u0301 cre\u0300me';

/** Two to the cost of each bcrypt that was computed. The time it takes is in proportion: `bench/enumeration.mjs`. */
function countWork(): () => number {
  const { mock } = jest.spyOn(Worker.prototype, 'postMessage');
  return () => {
    const jobs = mock.calls.map(([job]: unknown[]) => job as readonly [method: string, data: string, by: unknown]);
    const costs = jobs.map(([method, , by]) => (method === 'hashSync' ? Number(by) : bcrypt.getRounds(String(by))));
    return costs.map((cost) => 2 ** cost).reduce((sum, work) => sum + work, 0);
  };
}

describeEachStore('who has an account', (kind) => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer(kind, { env: { REGISTRATION: 'on', PASSWORD_HASH_COST: String(COST) } });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await server.remove();
  });

  async function change(values: Partial<Pick<UserRecord, 'passwordHash' | 'isActive'>>): Promise<void> {
    const store = await openStore({ mongodbUri: undefined, ...server.place.options });
    await store.users.update(server.alice.id, values);
    await store.close();
  }

  /** All that a client sees of a sign-in, and the work behind it. */
  async function tryToSignIn(username: string, password: string) {
    const work = countWork();
    const { status, headers, data, errors } = await server.client.send(TokenObtainPairDocument, { username, password });
    const done = work();
    jest.restoreAllMocks();
    return { status, headers: Array.from(headers).filter(([name]) => name !== 'date'), data, errors, work: done };
  }

  test.each([
    ['a password', 'not the password', 1],
    ['a password of two forms', DECOMPOSED, 2],
  ])('S29: an unknown user costs one hash of the set cost for each form: %s', async (_what, password, forms) => {
    const { errors, work } = await tryToSignIn('nobody', password);
    expect(errors[0]?.extensions['reason']).toBe('no_active_account');
    expect(work).toBe(forms * 2 ** COST);
  });

  test.each([
    ['ours', () => server.auth.users.setPassword(server.alice.id, DECOMPOSED)],
    ['one of a lower cost', async () => change({ passwordHash: await bcrypt.hash(DECOMPOSED, COST - 2) })],
    ['one of the lowest cost', async () => change({ passwordHash: await bcrypt.hash(DECOMPOSED, 4) })],
    ["Django's mark of an account without a password", () => change({ passwordHash: '!unusable' })],
    ['one of a form that is not read', () => change({ passwordHash: 'md5$salt$e99a18c428cb38d5f260853678922e03' })],
    ['half a hash', () => change({ passwordHash: 'pbkdf2_sha256$1000$salt$' })],
  ])('S29: unknown, wrong and inactive look the same and cost the same, whatever is stored: %s', async (_hash, set) => {
    await set();
    for (const password of [DECOMPOSED, 'not the password']) {
      const unknown = await tryToSignIn('nobody', password);
      await change({ isActive: true });
      const wrong = await tryToSignIn('alice', password === DECOMPOSED ? `${DECOMPOSED}!` : password);
      await change({ isActive: false });
      const inactive = await tryToSignIn('alice', password);
      expect(wrong).toEqual(unknown);
      expect(inactive).toEqual(unknown);
    }
  });

  const register = (username: string, password: string) =>
    server.client.send(UserRegisterDocument, { username, password });

  test('S29: a bad password is refused before anybody is looked up, and before it is hashed', async () => {
    const work = countWork();
    for (const username of ['alice', 'nobody']) {
      const { errors } = await register(username, 'password');
      expect(errors[0]?.extensions).toEqual({
        code: 'BAD_USER_INPUT',
        reason: 'password_too_weak',
        field: 'password',
      });
    }
    expect(work()).toBe(0);
  });

  test('S29: registering a name that is taken costs what a free one costs', async () => {
    const work = countWork();
    const { errors } = await register('alice', PASSWORD);
    expect(errors[0]?.extensions['reason']).toBe('username_taken');
    expect(work()).toBe(2 ** COST);
    expect((await register('bob', PASSWORD)).errors).toEqual([]);
    expect(work()).toBe(2 * 2 ** COST);
  });
});

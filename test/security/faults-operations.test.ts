import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { documentOf, namesOf, OPERATIONS } from '../support/every-operation.ts';
import { keeperOf } from '../support/ring.ts';
import { ALL_ROOMS, PASSWORD, startTestServer } from '../support/server.ts';
import { newPlace, storeKinds } from '../support/stores.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

/** What is refused for what was sent, before the store is asked: a challenge, a token or a password that is none. */
const BEFORE_THE_STORE = [
  'challenge_not_valid',
  'token_not_valid',
  'invalid_input',
  'invalid_email',
  'password_too_weak',
];

(storeKinds.includes('mongodb') ? describe : describe.skip)('without a store', () => {
  test('S39: every operation of every room says so, or what is wrong with what it was sent', async () => {
    const uri = new URL(newPlace('mongodb').env['MONGODB_URI'] ?? '');
    const proxy = await TcpProxy.to(uri.hostname, Number(uri.port || 27017));
    uri.host = `127.0.0.1:${proxy.port}`;
    uri.searchParams.set('directConnection', 'true');
    const ring = mkdtempSync(join(tmpdir(), 'simplejwt-ring-'));
    await keeperOf(ring).generate('HS256');
    const rooms = { ...ALL_ROOMS, KEY_ADMINISTRATION: 'on', JWT_KEYS_DIR: ring };
    const env = { ...rooms, MONGODB_URI: uri.toString() };
    const server = await startTestServer('sqlite', { env });
    await server.auth.users.create({ username: 'root', password: PASSWORD, isAdmin: true });
    const { access } = await server.client.signIn('root', PASSWORD);

    proxy.suffer('cut');
    const names = OPERATIONS.map(({ field }) => field.name);
    const answers = await Promise.all(
      names.map((name) => server.client.sendRaw({ query: documentOf(name, 'x') }, { token: access })),
    );
    for (const [index, { errors }] of answers.entries()) {
      const name = names[index] ?? '';
      const reason = errors[0]?.extensions['reason'];
      const isOpen = namesOf('open').includes(name);
      expect([name, ['store_unavailable', ...(isOpen ? BEFORE_THE_STORE : [])]]).toEqual([
        name,
        expect.arrayContaining([reason]),
      ]);
      expect(errors[0]?.message).not.toMatch(/Mongo|127\.0\.0\.1|ECONN/);
    }
    proxy.mend();
    await server.remove();
    await proxy.close();
    rmSync(ring, { recursive: true });
  });
});

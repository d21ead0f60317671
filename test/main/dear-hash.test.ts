import { afterEach, expect, test } from '@jest/globals';
import { openStore } from '../../src/stores/open-store.ts';
import { TokenObtainPairDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { endProcesses, startProcess, TEST_ENV } from '../support/process.ts';
import { PASSWORD } from '../support/server.ts';
import { newPlace } from '../support/stores.ts';

const place = newPlace('sqlite');
afterEach(async () => {
  await endProcesses();
  await place.remove();
});

/** As it is after an import by an older version, which stored whatever a dump had. */
async function store(username: string, passwordHash: string): Promise<void> {
  const now = new Date();
  const names = { id: username, username, usernameKey: username };
  const rest = { passwordChangedAt: now, isActive: true, isAdmin: false, lastLogin: null, createdAt: now };
  const opened = await openStore({ mongodbUri: undefined, ...place.options });
  await opened.users.insert({ ...names, passwordHash, ...rest });
  await opened.close();
}

test('S48: a hash of any cost neither tells that there is an account nor keeps the server from ending', async () => {
  const digest = Buffer.alloc(64, 1).toString('base64');
  const beyond = {
    bcrypt: `bcrypt$$2b$31$${'a'.repeat(53)}`,
    scrypt: `scrypt$16384$saltsaltsalt$8$1000$${digest}`,
    lanes: `scrypt$16384$saltsaltsalt$8$1000000000000000$${digest}`,
    pbkdf2: `pbkdf2_sha256$99999999$saltsaltsalt$${Buffer.alloc(32).toString('base64')}`,
  };
  for (const [name, hash] of Object.entries(beyond)) await store(name, hash);
  await store('dearest', `pbkdf2_sha256$5000000$saltsaltsalt$${Buffer.alloc(32).toString('base64')}`);
  const server = await startProcess({ env: { ...TEST_ENV, ...place.env } });
  const client = new Client(server.url);
  const signIn = async (username: string) => {
    const { status, data, errors } = await client.send(TokenObtainPairDocument, { username, password: PASSWORD });
    return { status, data, errors };
  };

  const unknown = await signIn('nobody');
  expect(unknown.errors[0]?.extensions).toMatchObject({ reason: 'no_active_account' });
  for (const name of Object.keys(beyond)) expect(await signIn(name)).toEqual(unknown);

  const dearest = signIn('dearest');
  await signIn('nobody'); // so it has been read, and is being checked
  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(await dearest).toEqual(unknown);
});

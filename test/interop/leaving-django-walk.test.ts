import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { settingsFromEnvironment } from '../../src/contracts/settings/settings.ts';
import { startServer, type RunningServer } from '../../src/server/server.ts';
import { HelloDocument, SessionsDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { runCommand } from '../support/command.ts';
import { helloWith, refreshWith, TEST_ENV } from '../support/process.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { snippetsOf } from '../support/snippets.ts';
import { newPlace } from '../support/stores.ts';
import { Django, NEWEST_PYTHON } from './django.ts';

const GUIDE = 'docs/leaving-django.md';
const NEXT_PASSWORD = 'looking-glass-456!';
const NAMES = ['bob', 'carol', 'dave', 'erin'];

/** In Django's shell. */
const MAKE_USERS = `
from django.contrib.auth import get_user_model
for name in ${JSON.stringify(NAMES)}:
    get_user_model().objects.create_user(name, password=${JSON.stringify(PASSWORD)})
`;
const CHANGE_USERS = `
from django.contrib.auth import get_user_model
users = get_user_model().objects
bob = users.get(username="bob")
bob.set_password(${JSON.stringify(NEXT_PASSWORD)})
bob.save()
users.filter(username="dave").update(is_active=False)
users.get(username="erin").delete()
`;

const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const KEYS = {
  HS256: { SIGNING_KEY: TEST_KEY },
  RS256: { SIGNING_KEY: pair.privateKey, VERIFYING_KEY: pair.publicKey },
};

// One project rotates refresh tokens, as its clients know. The other has simplejwt's default, which is step one of the guide.
describe.each([
  ['HS256', true],
  ['RS256', false],
] as const)('leaving the newest Django and simplejwt, with %s and rotation %s', (algorithm, rotates) => {
  const django = new Django(
    { ALGORITHM: algorithm, ...KEYS[algorithm], ROTATE_REFRESH_TOKENS: rotates, CHECK_REVOKE_TOKEN: true },
    NEWEST_PYTHON,
  );
  const place = newPlace('sqlite');
  const env = {
    ...TEST_ENV,
    ...place.env,
    JWT_ALGORITHM: algorithm,
    JWT_SIGNING_KEY: KEYS[algorithm].SIGNING_KEY,
    JWT_ROTATE_REFRESH_TOKENS: String(rotates),
    JWT_REFRESH_OWN_KEY: 'off', // for as long as Django must read our refresh tokens
    JWT_REUSE_GRACE: '0s',
  };
  let server: RunningServer;
  let client: Client;
  beforeAll(() => django.start());
  afterAll(async () => {
    await server.close();
    await place.remove();
    django.stop();
  });

  const file = (name: string) => join(django.folder, name);
  const shell = (code: string) => {
    writeFileSync(file('code.py'), code);
    return django.run('shell', file('code.py'));
  };

  /** A client that holds the refresh token of its last answer; no answer may be a refusal. */
  const holder = { refresh: '', access: '', isHere: false, count: 0 };
  const refreshHolder = async () => {
    const { refresh } = holder;
    const answer = holder.isHere
      ? await refreshWith(client, refresh)
      : (await django.post('token/refresh/', { refresh })).body;
    const { access, refresh: successor }: { access?: string | null; refresh?: string | null } = answer;
    expect(access).toEqual(expect.any(String));
    holder.access = access ?? '';
    holder.refresh = successor ?? refresh;
    holder.count += 1;
    if (holder.isHere) expect(await helloWith(client, holder.access)).toBe('Hello, alice!');
    else expect(await django.hello(holder.access)).toMatchObject({ status: 200 });
  };

  /** Runs a block of commands of the guide, while the client goes on. */
  const walk = async (block: string) => {
    for (const line of block.trim().split('\n')) {
      const words = line.split(' ').map((word) => (word.endsWith('.json') ? file(word) : word));
      const step = async () => {
        if (line.startsWith('python manage.py ')) return django.run(...words.slice(2), '-v', '0');
        expect(line).toMatch(/^npx graphql-simplejwt /);
        const { code, stdout, stderr } = await runCommand(words.slice(2), { env });
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        return stdout;
      };
      await Promise.all([step(), refreshHolder(), holder.isHere ? null : refreshHolderOnceMore()]);
    }
  };
  /** At Django a second client, whose answers must be as good. */
  const refreshHolderOnceMore = async () => {
    const { refresh } = await django.signIn('carol');
    expect((await django.post('token/refresh/', { refresh })).status).toBe(200);
  };
  const expectOut = async (tokens: readonly string[]) => {
    for (const token of tokens) {
      expect(await refreshWith(client, token)).toEqual({ access: null, refresh: null, reason: expect.any(String) });
    }
  };

  test('S58: by the guide no request of a client fails, and everybody who was out stays out', async () => {
    const [rehearse = '', takeOver = '', rest = '', ...more] = snippetsOf(GUIDE, 'sh');
    expect(more).toEqual([]);
    shell(MAKE_USERS);
    Object.assign(holder, await django.signIn());
    const signedOut = (await django.signIn()).refresh;
    await django.post('token/blacklist/', { refresh: signedOut });
    const rotated = (await django.signIn()).refresh;
    if (rotates) await django.post('token/refresh/', { refresh: rotated });
    const [bob, dave, erin] = [await django.signIn('bob'), await django.signIn('dave'), await django.signIn('erin')];
    const carol = await django.signIn('carol');
    const leftLater = [(await django.signIn('carol')).refresh, (await django.signIn('carol')).refresh];
    shell(CHANGE_USERS);
    const bobAgain = await django.signIn('bob', NEXT_PASSWORD);
    const out = [signedOut, bob.refresh, dave.refresh, erin.refresh, ...(rotates ? [rotated] : [])];

    await walk(rehearse);
    await walk(takeOver);
    // The clients are sent to ours, which is open; one that comes late is served by Django still.
    const settings = settingsFromEnvironment({ ...env, PORT: '0' });
    server = await startServer({ settings, log: pino({ level: 'silent' }) });
    client = new Client(server.url);
    await refreshHolder();
    holder.isHere = true;
    await refreshHolder();
    await expectOut(out);
    expect((await client.send(HelloDocument, {}, { token: bob.access })).errors[0]?.extensions['reason']).toBe(
      'password_changed',
    );
    expect(await helloWith(client, carol.access)).toBe('Hello, carol!');

    // Two that sign out at Django in the meantime, one of which somebody uses here all the same.
    for (const refresh of leftLater) await django.post('token/blacklist/', { refresh });
    const used = await refreshWith(client, leftLater[0] ?? '');
    await walk(rest);
    await expectOut([...out, ...leftLater, used.refresh ?? leftLater[0] ?? '']);

    // Who is in goes on, and signs in; what was out stays so when the hashes are ours.
    for (const token of [carol.refresh, bobAgain.refresh]) {
      expect(await refreshWith(client, token)).toMatchObject({ access: expect.any(String) });
    }
    await client.signIn('alice', PASSWORD);
    const { access } = await client.signIn('bob', NEXT_PASSWORD);
    await expectOut([...out, ...leftLater]);
    const { sessions } = await client.expect(SessionsDocument, {}, { token: access });
    expect(sessions.filter(({ imported }) => imported)).toHaveLength(rotates ? 0 : 1);
    expect(sessions).toHaveLength(2);
    await refreshHolder();
    expect(holder.count).toBeGreaterThan(12);

    // And back again, by the code of the guide.
    const [, code = ''] = snippetsOf(GUIDE, 'python');
    shell(code.replace('data/simplejwt.sqlite', join(place.options.dataDir, 'simplejwt.sqlite')));
    holder.isHere = false;
    expect(await django.hello((await django.signIn('bob', NEXT_PASSWORD)).access)).toMatchObject({ status: 200 });
  });
});

import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { settingsFromEnvironment } from '../../src/contracts/settings/settings.ts';
import { thumbprintOf } from '../../src/core/keys/public-jwk.ts';
import { writeKeyFile } from '../../src/core/keys/ring-folder.ts';
import { makeRingKey } from '../../src/core/keys/ring-key.ts';
import { startWarnings } from '../../src/server/start-warnings.ts';
import { newPlace, type Place } from '../support/stores.ts';

const STRONG = '4VS1VEhd2GNzjLebGHq5dKpR0mZx7TbwYc9uNfAs';
const NOT_MEANT = { name: 'LOGLEVEL', meant: 'LOG_LEVEL' };

const newPem = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('warnings at the start', () => {
  let place: Place;
  let folder: string;
  beforeEach(() => {
    place = newPlace('sqlite');
    folder = place.options.dataDir;
    mkdirSync(folder, { recursive: true });
  });
  afterEach(() => place.remove());

  const warnings = (env: Readonly<Record<string, string>>) =>
    startWarnings(settingsFromEnvironment({ JWT_SIGNING_KEY: STRONG, DATA_DIR: folder, ...env }), []);

  test.each(['0.0.0.0', '::', '192.0.2.7', 'auth.internal'])(
    'S54: tell what is open on %s outside production',
    async (HOST) => {
      expect(await warnings({ HOST })).toEqual([
        `HOST is ${HOST} and NODE_ENV is development (its default is development), so the network can reach the demo account, GraphiQL, the console, introspection. Set NODE_ENV=production, or HOST=127.0.0.1`,
      ]);
      const [line] = await warnings({ HOST, NODE_ENV: 'test', GRAPHIQL: 'off', CONSOLE: 'off' });
      expect(line).toMatch(/^HOST is .* NODE_ENV is test .* can reach introspection\. /);
      const closed = { GRAPHIQL: 'off', CONSOLE: 'off', GRAPHQL_INTROSPECTION: 'off' };
      expect(await warnings({ HOST, NODE_ENV: 'test', ...closed })).toEqual([]);
      expect(await warnings({ HOST, NODE_ENV: 'production' })).toEqual([]);
    },
  );

  test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost', 'LOCALHOST', 'auth.localhost', '::ffff:127.0.0.1'])(
    'S54: are none on %s, which only this machine reaches',
    async (HOST) => {
      expect(await warnings({ HOST })).toEqual([]);
    },
  );

  test('S54: name what was meant by a variable that is no setting', async () => {
    const settings = settingsFromEnvironment({ JWT_SIGNING_KEY: STRONG, DATA_DIR: folder });
    expect(await startWarnings(settings, [NOT_MEANT])).toEqual([
      'LOGLEVEL is not a setting and has no effect. Did you mean LOG_LEVEL?',
    ]);
  });

  test('S54: name the folder of the ring and each key file that others can read or write', async () => {
    const ring = join(folder, 'ring');
    const now = Date.now();
    const made = await makeRingKey('ES256', { createdAt: now, signsFrom: now, predecessorsEnd: now });
    await writeKeyFile(ring, made.kid, made.text);
    const file = join(ring, `${made.kid}.json`);
    const env = { JWT_KEYS_DIR: ring };
    expect(await warnings(env)).toEqual([]);
    for (const [path, open, closed] of [
      [ring, [0o755, 0o701, 0o704, 0o770], 0o700],
      [ring, [0o777], 0o750],
      [ring, [0o775], 0o1777], // as Kubernetes mounts a secret
      [file, [0o644, 0o602, 0o620], 0o600],
      [file, [0o666], 0o640],
    ] as const) {
      for (const mode of open) {
        chmodSync(path, mode);
        expect(await warnings(env)).toEqual([
          `Other users can read or write ${path}: its mode is ${mode.toString(8)}. Expected ${path === ring ? 700 : 600}, by chmod`,
        ]);
      }
      chmodSync(path, closed);
      expect(await warnings(env)).toEqual([]);
    }
  });

  test('S54: name the file of the signing key, and that of development', async () => {
    const file = join(folder, 'signing-key');
    writeFileSync(file, STRONG, { mode: 0o600 });
    expect(await warnings({ JWT_SIGNING_KEY: file })).toEqual([]);
    chmodSync(file, 0o644);
    expect(await warnings({ JWT_SIGNING_KEY: file })).toEqual([
      'Other users can read or write the file of JWT_SIGNING_KEY: its mode is 644. Expected 600, by chmod',
    ]);
    const made = join(folder, 'development-signing-key');
    writeFileSync(made, STRONG);
    chmodSync(made, 0o644);
    expect(await warnings({})).toEqual([expect.stringContaining(`read or write ${made}: its mode is 644.`)]);
  });

  test('S54: tell of a secret that can be guessed, as text, in a file, as a JWK, and in a ring; of no key pair', async () => {
    const weak = 'my-super-secret-signing-key-for-production';
    const said = [expect.stringMatching(/^JWT_SIGNING_KEY: the secret can be guessed, as it is made of words\. Make/)];
    expect(await warnings({ JWT_SIGNING_KEY: weak })).toEqual(said);
    const file = join(folder, 'secret');
    writeFileSync(file, weak, { mode: 0o600 });
    expect(await warnings({ JWT_SIGNING_KEY: file })).toEqual(said);
    const jwk = { kty: 'oct', k: Buffer.from(weak).toString('base64url') };
    expect(await warnings({ JWT_SIGNING_KEY: JSON.stringify(jwk) })).toEqual(said);
    const made = await makeRingKey('HS256', { createdAt: 0, signsFrom: 0, predecessorsEnd: 0 });
    const kid = await thumbprintOf(createSecretKey(Buffer.from(weak)));
    const { jwk: strong, ...times } = JSON.parse(made.text) as { jwk: object };
    const ring = join(folder, 'ring');
    await writeKeyFile(ring, made.kid, made.text);
    expect(await warnings({ JWT_KEYS_DIR: ring })).toEqual([]);
    await writeKeyFile(ring, kid, JSON.stringify({ ...times, jwk: { ...strong, ...jwk, kid } }));
    expect(await warnings({ JWT_KEYS_DIR: ring })).toEqual([
      expect.stringMatching(new RegExp(`${kid}\\.json: the secret can be guessed, as it is made of words\\.`)),
    ]);
    expect((await warnings({ JWT_SIGNING_KEY: weak })).join('')).not.toContain('my-super');
    const ofPair = { JWT_ALGORITHM: 'ES256', JWT_SIGNING_KEY: newPem(), JWT_REFRESH_SIGNING_KEY: weak };
    const factors = { SECOND_FACTOR: 'on', SECOND_FACTOR_KEYS: `${STRONG},${weak}` };
    expect(await warnings({ ...ofPair, ...factors })).toEqual([
      expect.stringMatching(/^JWT_REFRESH_SIGNING_KEY: the secret can be guessed/),
      expect.stringMatching(/^SECOND_FACTOR_KEYS: the secret can be guessed/),
    ]);
    // A short one stops the start, which says so.
    expect(await warnings({ JWT_SIGNING_KEY: 'short' })).toEqual([]);
    expect(await warnings({ JWT_KEYS_DIR: join(folder, 'nowhere') })).toEqual([]);
  });
});

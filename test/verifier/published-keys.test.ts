import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { KeyKeeper } from '../../src/core/keys/key-keeper.ts';
import { createTokenVerifier, type TokenVerifier } from '../../src/verifier/index.ts';
import { keeperOf, until } from '../support/ring.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { verdictOf } from './feed.ts';

let folder: string;
let keeper: KeyKeeper;
let server: TestServer;
let copy: Server;
let copied: string;
let isAway: boolean;
let verifiers: TokenVerifier[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'simplejwt-ring-'));
  keeper = keeperOf(join(folder, 'keys'));
  await keeper.generate('ES256');
  server = await startTestServer('sqlite', { env: { JWT_SIGNING_KEY: '', JWT_KEYS_DIR: join(folder, 'keys') } });
  copied = JSON.stringify(server.auth.publicKeys());
  // A cache in front of the server, which does not notice that a key has gone.
  copy = createServer((_request, response) => response.writeHead(isAway ? 503 : 200).end(copied)).listen(
    0,
    '127.0.0.1',
  );
  await once(copy, 'listening');
  verifiers = [];
  isAway = false;
});
afterEach(async () => {
  for (const verifier of verifiers) verifier.close();
  await server.remove();
  copy.close();
  copy.closeAllConnections();
  rmSync(folder, { recursive: true });
});

const verifierOf = async (jwksUrl: string, interval: number) => {
  const { secret } = await server.auth.services.create(`service-${verifiers.length}`);
  const revocations = { url: new URL('/revocations', server.url).href, name: `service-${verifiers.length}`, secret };
  const options = { jwksUrl, clock: server.clock.read, revocations: { ...revocations, interval } };
  const verifier = createTokenVerifier(options);
  verifiers.push(verifier);
  return verifier;
};
const published = () => new URL('/.well-known/jwks.json', server.url).href;
const cached = () => `http://127.0.0.1:${(copy.address() as AddressInfo).port}/`;
/** Ends all keys but a new one, and resolves when the server has noticed. */
const replaceAll = async () => {
  const { kid } = await keeper.replaceAll();
  await until(() => server.auth.publicKeys().keys.some((key) => key.kid === kid));
};

test.each([
  ['the server', published],
  ['a cache that still has it', cached],
])('S53: a key that was retired in an emergency is refused at the next poll, by the keys of %s', async (_what, url) => {
  const verifier = await verifierOf(url(), 0.05);
  const { access } = await server.signIn();
  expect(await verdictOf(verifier, access)).toBe('accepted');
  await replaceAll();
  await until(async () => (await verdictOf(verifier, access)) !== 'accepted');
  for (let seconds = 0; seconds < 20; seconds += 5) {
    server.clock.advance(5);
    expect(await verdictOf(verifier, access)).toBe('token_not_valid');
  }
});

test('S53: the key that comes in its place is accepted before the next poll', async () => {
  const verifier = await verifierOf(published(), 600);
  const former = await server.signIn();
  expect(await verdictOf(verifier, former.access)).toBe('accepted');
  await replaceAll();
  server.clock.advance(6); // after which the set is asked for again
  const latest = await server.signIn();
  expect(await verdictOf(verifier, latest.access)).toBe('accepted');
  expect(await verdictOf(verifier, former.access)).toBe('token_not_valid');
});

test('S53: keys that are known are trusted for as long as it is told while their URL fails', async () => {
  const verifier = createTokenVerifier({ jwksUrl: cached(), maxSilence: 120, clock: server.clock.read });
  const { access } = await server.signIn();
  expect(await verdictOf(verifier, access)).toBe('accepted');
  isAway = true;
  server.clock.advance(120);
  expect(await verdictOf(verifier, access)).toBe('accepted');
  server.clock.advance(1);
  expect(await verdictOf(verifier, access)).toBe('store_unavailable');
  isAway = false;
  server.clock.advance(6);
  expect(await verdictOf(verifier, access)).toBe('accepted');
});

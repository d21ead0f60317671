import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { RemoteKeys } from '../../../src/core/keys/remote-keys.ts';
import { TestClock } from '../../support/server.ts';

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = publicKey.export({ format: 'jwk' });
const named = (kid: string, members: object = {}) => ({ ...jwk, kid, ...members });
const LONGEST = 1_000_000;

describe('the keys of a JWK set at a URL', () => {
  const server = createServer((request, response) => {
    requests.push(request);
    answer(response);
  });
  let requests: IncomingMessage[];
  let answer: (response: ServerResponse) => void;
  let clock: TestClock;
  let keys: RemoteKeys;
  beforeEach(async () => {
    requests = [];
    clock = new TestClock();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    keys = new RemoteKeys({ url: url('/jwks.json'), algorithms: ['ES256', 'RS256'], clock: clock.read });
    serve([named('a'), named('b')]);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  const url = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const serve = (set: readonly unknown[], status = 200) => {
    answer = (response) => response.writeHead(status).end(JSON.stringify({ keys: set }));
  };
  const isFound = async (kid?: string) => (await keys.find(kid)) !== null;

  test('are fetched once for all that ask at the same time, as JSON', async () => {
    expect(await Promise.all(['a', 'b', 'c', 'a'].map(isFound))).toEqual([true, true, false, true]);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers.accept).toBe('application/json');
  });

  test('without a name are the only key there is', async () => {
    expect(await isFound()).toBe(false);
    serve([named('a')]);
    clock.advance(6);
    expect(await isFound()).toBe(true);
  });

  test('are asked for again six seconds later for one that is missing, and not before', async () => {
    expect(await isFound('c')).toBe(false);
    serve([named('c')]);
    clock.advance(5.999);
    expect(await isFound('c')).toBe(false);
    expect(requests).toHaveLength(1);
    clock.advance(0.001);
    expect(await isFound('c')).toBe(true);
    expect(await isFound('a')).toBe(false);
  });

  test('are asked for again ten minutes later, and nobody waits for that', async () => {
    expect(await isFound('a')).toBe(true);
    clock.advance(599.999);
    expect(await isFound('a')).toBe(true);
    expect(requests).toHaveLength(1);
    let held: ServerResponse | undefined;
    answer = (response) => (held = response);
    clock.advance(0.001);
    const asked = once(server, 'request');
    expect(await isFound('a')).toBe(true);
    await asked;
    expect(await isFound('a')).toBe(true); // while the answer is due
    expect(requests).toHaveLength(2);
    held?.end(JSON.stringify({ keys: [named('c')] }));
    expect(await isFound('c')).toBe(true); // which waits for it
    expect(requests).toHaveLength(2);
    expect(await isFound('b')).toBe(false);
  });

  test('are used with the first algorithm that suits, and are left where none does', async () => {
    serve([
      named('a'),
      named('b', { alg: 'RS256', use: 'sig' }),
      named('c', { alg: 'RS512' }),
      named('d', { use: 'enc' }),
    ]);
    expect(await keys.find('a')).toMatchObject({ algorithm: 'RS256' });
    expect(await keys.find('b')).toMatchObject({ algorithm: 'RS256' });
    expect([await isFound('c'), await isFound('d')]).toEqual([false, false]);
  });

  test('may stand beside what is no key', async () => {
    serve([null, 5, 'key', {}, { kid: 'a', kty: 'oct', k: 'AAAA' }, { kid: 'a', kty: 'RSA' }, named('a')]);
    expect(await isFound('a')).toBe(true);
  });

  test('are not taken from an answer that is an error', async () => {
    serve([named('a')], 500);
    expect(await isFound('a')).toBe(false);
  });

  test('are not looked for elsewhere, also where the URL redirects', async () => {
    answer = (response) => response.writeHead(302, { location: url('/other.json') }).end();
    expect(await isFound('a')).toBe(false);
    expect(requests.map(({ url: path }) => path)).toEqual(['/jwks.json']);
  });

  test('are not waited for longer than three seconds', async () => {
    const patience = new AbortController();
    const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(patience.signal);
    answer = () => patience.abort(new Error('too late'));
    expect(await isFound('a')).toBe(false);
    expect(timeout).toHaveBeenCalledWith(3000);
  });

  test.each([
    [LONGEST, true],
    [LONGEST + 1, false],
  ])('come in a set of %i bytes: %s', async (bytes, isTaken) => {
    const text = JSON.stringify({ keys: [named('a')] });
    answer = (response) => response.end(text.padEnd(bytes));
    expect(await isFound('a')).toBe(isTaken);
  });
});

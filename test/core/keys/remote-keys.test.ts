import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { AuthError } from '../../../src/contracts/errors.ts';
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
  let errors: string[];
  beforeEach(async () => {
    requests = [];
    clock = new TestClock();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    errors = [];
    const onError = (error: unknown) => errors.push(String(error));
    keys = new RemoteKeys({ url: url('/jwks.json?key=x'), algorithms: ['ES256', 'RS256'], clock: clock.read, onError });
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
  /** The cause of the one error there is. */
  const causeOf = async (finding: Promise<unknown>) => {
    const error = (await finding.catch((thrown: unknown) => thrown)) as AuthError;
    expect(error).toMatchObject({ reason: 'store_unavailable', action: 'WAIT' });
    expect(errors).toEqual([String(error.cause)]);
    return String(error.cause);
  };
  const failure = (reason: string) => `Error: The keys at ${url('/jwks.json')} cannot be fetched: ${reason}.`;

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

  test('are not taken from an answer that is an error, and nobody is told that a token is no good', async () => {
    serve([named('a')], 500);
    expect(await causeOf(keys.find('a'))).toBe(failure('the answer is 500, expected 200'));
  });

  test.each([
    ['no JSON', '<html>', 'the answer is no JWK set'],
    ['null', 'null', 'the answer is no JWK set'],
    ['no set', '{"keys":7}', 'the answer is no JWK set'],
    ['an empty set', '{"keys":[]}', 'the set holds no key for ES256, RS256'],
    ['secrets', '{"keys":[{"kid":"a","kty":"oct","k":"AAAA"}]}', 'the set holds no key for ES256, RS256'],
  ])('are not taken from an answer that is %s', async (_what, text, reason) => {
    answer = (response) => response.end(text);
    expect(await causeOf(keys.find('a'))).toBe(failure(reason));
  });

  test('S53: cannot be had where nothing listens', async () => {
    const nobody = createServer().listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    const place = `127.0.0.1:${(nobody.address() as AddressInfo).port}`;
    nobody.close();
    await once(nobody, 'close');
    const onError = (error: unknown) => errors.push(String(error));
    keys = new RemoteKeys({ url: `http://${place}/`, algorithms: ['RS256'], clock: clock.read, onError });
    expect(await causeOf(keys.find('a'))).toBe(
      `Error: The keys at http://${place}/ cannot be fetched: connect ECONNREFUSED ${place}.`,
    );
    // The URL is not asked again for six seconds, and the answer stays the same.
    expect(await causeOf(keys.find('b'))).toMatch(/ECONNREFUSED/);
  });

  test('S53: that are known stay good for an hour while the URL fails, and no longer', async () => {
    expect(await isFound('a')).toBe(true);
    serve([], 503);
    clock.advance(3600);
    expect(await isFound('a')).toBe(true);
    clock.advance(0.001);
    expect(await causeOf(keys.find('a'))).toBe(failure('the answer is 503, expected 200'));
    // One that is not known may be a new one.
    await expect(keys.find('c')).rejects.toMatchObject({ reason: 'store_unavailable' });
    serve([named('a')]);
    clock.advance(6);
    expect(await isFound('a')).toBe(true);
    expect(await isFound('c')).toBe(false);
  });

  test('S53: are asked for again every six seconds while the URL fails, and in the background', async () => {
    expect(await isFound('a')).toBe(true);
    serve([], 503);
    clock.advance(600);
    expect(await isFound('a')).toBe(true);
    await causeOf(keys.find('c')); // which waits for the answer
    clock.advance(5.999);
    expect(await isFound('a')).toBe(true);
    expect(requests).toHaveLength(2);
    serve([named('b')]);
    clock.advance(0.001);
    const asked = once(server, 'request');
    expect(await isFound('a')).toBe(true);
    await asked;
    expect(await isFound('c')).toBe(false); // which waits for the answer
    expect(await isFound('a')).toBe(false);
    expect(requests).toHaveLength(3);
  });

  test('are asked for often enough to be known within a shorter silence', async () => {
    keys = new RemoteKeys({ url: url('/'), algorithms: ['RS256'], clock: clock.read, maxSilence: 60 });
    expect(await isFound('a')).toBe(true);
    clock.advance(30);
    const asked = once(server, 'request');
    expect(await isFound('a')).toBe(true);
    await asked;
    expect(await isFound('c')).toBe(false); // which waits for the answer
    // Nobody asks for keys at night: the first in the morning waits, and is not refused.
    clock.advance(86_400);
    expect(await isFound('a')).toBe(true);
    expect(requests).toHaveLength(3);
  });

  test.each([0.5, 2, 5])('are found with a silence of %d s, which is shorter than the pause', async (maxSilence) => {
    keys = new RemoteKeys({ url: url('/'), algorithms: ['RS256'], clock: clock.read, maxSilence });
    expect(await isFound('a')).toBe(true);
    clock.advance(maxSilence + 0.001);
    expect(await isFound('a')).toBe(true);
  });

  test('are found where those who are told of an error throw', async () => {
    const onError = () => {
      throw new Error('a bug');
    };
    keys = new RemoteKeys({ url: url('/'), algorithms: ['RS256'], clock: clock.read, onError });
    serve([], 503);
    await expect(keys.find('a')).rejects.toMatchObject({ reason: 'store_unavailable' });
    serve([named('a')]);
    clock.advance(6);
    expect(await isFound('a')).toBe(true);
  });

  test('are not looked for elsewhere, also where the URL redirects', async () => {
    answer = (response) => response.writeHead(302, { location: url('/other.json') }).end();
    expect(await causeOf(keys.find('a'))).toBe(failure('the answer is 302, expected 200'));
    expect(requests.map(({ url: path }) => path)).toEqual(['/jwks.json?key=x']);
  });

  test('are not waited for longer than three seconds', async () => {
    const patience = new AbortController();
    const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(patience.signal);
    answer = () => patience.abort(new Error('too late'));
    expect(await causeOf(keys.find('a'))).toBe(failure('too late'));
    expect(timeout).toHaveBeenCalledWith(3000);
  });

  test('are forgotten one by one, and not looked for before the next time that the set is fetched', async () => {
    expect(await isFound('a')).toBe(true);
    keys.forget('a');
    expect([await isFound('b'), await isFound('a')]).toEqual([true, false]);
    expect(requests).toHaveLength(1);
    clock.advance(6);
    expect(await isFound('a')).toBe(true);
  });

  test('come in a set of a million bytes, and in no longer one', async () => {
    const text = JSON.stringify({ keys: [named('a')] });
    answer = (response) => response.end(text.padEnd(LONGEST + 1));
    expect(await causeOf(keys.find('a'))).toBe(failure('the answer is longer than 1000000 bytes'));
    answer = (response) => response.end(text.padEnd(LONGEST));
    clock.advance(6);
    expect(await isFound('a')).toBe(true);
  });
});

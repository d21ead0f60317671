import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RemoteKeys } from '../../../src/core/keys/remote-keys.ts';
import { TestClock } from '../../support/server.ts';

const jwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
const named = (kid: string) => ({ ...jwk, kid });

describe('the keys of a JWK set at a URL, where the runtime drops what a request began, as Workers do', () => {
  const server = createServer((_request, response) => {
    requests += 1;
    answer(response);
  });
  let requests: number;
  let answer: (response: ServerResponse) => void;
  let clock: TestClock;
  let keys: RemoteKeys;
  beforeEach(async () => {
    requests = 0;
    clock = new TestClock();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    keys = new RemoteKeys({ url, algorithms: ['RS256'], clock: clock.read, isPerRequest: true });
  });
  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  const serve = (set: readonly unknown[], status = 200) => {
    answer = (response) => response.writeHead(status).end(JSON.stringify({ keys: set }));
  };
  const isFound = async (kid: string) => (await keys.find(kid)) !== null;

  test('are fetched by each request for itself until they are known', async () => {
    const held: ServerResponse[] = [];
    answer = (response) => held.push(response);
    const first = isFound('a');
    await once(server, 'request');
    serve([named('a')]);
    expect(await isFound('a')).toBe(true);
    expect(requests).toBe(2);
    held[0]?.end(JSON.stringify({ keys: [named('a')] }));
    expect(await first).toBe(true);
    expect(await isFound('b')).toBe(false); // for six seconds nobody asks again
    expect(requests).toBe(2);
  });

  test.each([0, 2.999, 3, 5.999, 6])('are fetched %d s after a fetch that was dropped', async (seconds) => {
    answer = () => {};
    void keys.find('a');
    await once(server, 'request');
    clock.advance(seconds);
    serve([named('a')]);
    expect(await isFound('a')).toBe(true);
    expect(requests).toBe(2);
  });

  test('are waited for when they are due, and known ones are good where that fails', async () => {
    serve([named('a'), named('b')]);
    expect(await isFound('a')).toBe(true);
    serve([named('b')]);
    clock.advance(600);
    expect(await isFound('a')).toBe(true);
    expect(await isFound('a')).toBe(false);
    expect(requests).toBe(2);
    serve([], 503);
    clock.advance(600);
    expect(await isFound('b')).toBe(true);
    expect(requests).toBe(3);
  });
});

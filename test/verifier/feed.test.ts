import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createTokenVerifier } from '../../src/verifier/index.ts';
import { TEST_KEY } from '../support/server.ts';
import { Feed, verdictOf } from './feed.ts';

let feed: Feed;
beforeEach(async () => {
  feed = await Feed.start();
});
afterEach(() => {
  jest.restoreAllMocks();
  feed.close();
});

describe('what a verifier was told', () => {
  test.each([
    ['session', { sid: 'gone' }, 'sessions'],
    ['token', { jti: 'gone' }, 'tokens'],
  ] as const)('holds for a %s as long as its leeway lets an expired token in', async (_what, claims, list) => {
    const verifier = feed.verifier({ leeway: 30 });
    const token = feed.token(claims);
    feed[list] = { gone: feed.clock.seconds + 60 };
    expect(await verdictOf(verifier, token)).toBe('session_revoked');
    feed[list] = {};
    feed.clock.advance(89);
    await feed.isAskedAgain();
    expect(await verdictOf(verifier, feed.token({}))).toBe('accepted');
    expect(await verdictOf(verifier, token)).toBe('session_revoked');
  });

  test.each([
    ['session', { sid: 'gone' }, 'sessions'],
    ['token', { jti: 'gone' }, 'tokens'],
  ] as const)('about a %s is forgotten after that', async (_what, claims, list) => {
    const verifier = feed.verifier({ leeway: 30 });
    feed[list] = { gone: feed.clock.seconds + 60 };
    const token = feed.token({ ...claims, exp: feed.clock.seconds + 600 });
    expect(await verdictOf(verifier, token)).toBe('session_revoked');
    feed[list] = {};
    feed.clock.advance(91);
    await feed.isAskedAgain();
    expect(await verdictOf(verifier, token)).toBe('accepted');
  });
});

describe('the keys that a feed names', () => {
  test('S53: are those whose tokens are accepted, from the next answer on', async () => {
    const verifier = feed.verifier();
    feed.keys = ['first', 'second'];
    const [first, unnamed] = [feed.token({}, 'first'), feed.token({})];
    for (const token of [first, unnamed]) expect(await verdictOf(verifier, token)).toBe('accepted');
    feed.keys = ['second'];
    await feed.isAskedAgain();
    expect(await verdictOf(verifier, first)).toBe('token_not_valid');
    for (const token of [feed.token({}, 'second'), unnamed]) expect(await verdictOf(verifier, token)).toBe('accepted');
    feed.keys = [];
    await feed.isAskedAgain();
    expect(await verdictOf(verifier, feed.token({}, 'second'))).toBe('token_not_valid');
  });

  test('may be left out, as servers of the version before do', async () => {
    expect(await verdictOf(feed.verifier(), feed.token({}, 'first'))).toBe('accepted');
  });

  test('make no request by the names that strangers make up', async () => {
    feed.keys = ['first'];
    const verifier = feed.verifier({ interval: 60 });
    for (const kid of ['a', 'b', 'c']) expect(await verdictOf(verifier, feed.token({}, kid))).toBe('token_not_valid');
    expect(feed.requests).toHaveLength(1);
  });
});

describe('a verifier', () => {
  test('asks again where those who are told of an error throw', async () => {
    feed.instead = (response) => response.writeHead(503).end();
    const onError = () => {
      throw new Error('a bug');
    };
    const verifier = feed.verifier({ onError });
    expect(await verdictOf(verifier, feed.token({}))).toBe('store_unavailable');
    feed.instead = null;
    await feed.isAskedAgain();
    expect(await verdictOf(verifier, feed.token({}))).toBe('accepted');
  });

  test.each([
    [500, ''],
    [403, ': the service must be one that `services create` has made with `--may feed`'],
  ])('tells its own listener of errors where the feed has none, and says what it knows: %d', async (status, remedy) => {
    feed.instead = (response) => response.writeHead(status).end();
    const errors: string[] = [];
    const verifier = createTokenVerifier({
      key: TEST_KEY,
      algorithms: ['HS256'],
      revocations: { url: feed.url, name: 'orders', secret: 'x' },
      onError: (error) => errors.push(String(error)),
    });
    expect(await verdictOf(verifier, feed.token({}))).toBe('store_unavailable');
    verifier.close();
    expect(errors).toEqual([`Error: ${feed.url} answered ${status}, expected 200${remedy}`]);
  });

  test('asks for what is new since the latest answer', async () => {
    await verdictOf(feed.verifier(), feed.token({}));
    await feed.isAskedAgain();
    expect(feed.requests.map(({ url }) => url).slice(0, 3)).toEqual([
      '/revocations',
      '/revocations?since=c1',
      '/revocations?since=c2',
    ]);
  });

  test('asks every two seconds, waits three for an answer, and trusts it for a minute, unless told otherwise', async () => {
    const [timers, timeouts] = [jest.spyOn(globalThis, 'setTimeout'), jest.spyOn(AbortSignal, 'timeout')];
    const verifier = feed.verifier({ interval: undefined as never, maxSilence: undefined as never });
    const token = feed.token({ exp: feed.clock.seconds + 600 });
    expect(await verdictOf(verifier, token)).toBe('accepted');
    expect(timers.mock.calls.map(([, ms]) => ms)).toContain(2000);
    expect(timeouts).toHaveBeenCalledWith(3000);
    feed.clock.advance(60);
    expect(await verdictOf(verifier, token)).toBe('accepted');
    feed.clock.advance(1);
    expect(await verdictOf(verifier, token)).toBe('store_unavailable');
  });

  test('gives up waiting for an answer, says so, and asks again', async () => {
    const patience = new AbortController();
    jest.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(patience.signal);
    feed.instead = () => patience.abort(new Error('too late'));
    const verifier = feed.verifier();
    expect(await verdictOf(verifier, feed.token({}))).toBe('store_unavailable');
    expect(feed.errors).toEqual(['Error: too late']);
    feed.instead = null;
    await feed.isAskedAgain();
    expect(await verdictOf(verifier, feed.token({}))).toBe('accepted');
  });

  test('sends its secret nowhere else, also where the feed redirects it', async () => {
    const elsewhere = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
    const asked = jest.fn();
    elsewhere.on('request', asked);
    await once(elsewhere, 'listening');
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    feed.instead = (response) => response.writeHead(307, { location }).end();
    expect(await verdictOf(feed.verifier(), feed.token({}))).toBe('store_unavailable');
    expect(feed.errors).toHaveLength(1);
    expect(asked).not.toHaveBeenCalled();
    elsewhere.close();
  });

  test('waits for no further question once it is closed', async () => {
    const [set, cleared] = [jest.spyOn(globalThis, 'setTimeout'), jest.spyOn(globalThis, 'clearTimeout')];
    const verifier = feed.verifier({ interval: 60 });
    expect(await verdictOf(verifier, feed.token({}))).toBe('accepted');
    const result = set.mock.results[set.mock.calls.findIndex(([, ms]) => ms === 60_000)];
    expect(result?.type).toBe('return');
    verifier.close();
    expect(cleared.mock.calls.flat()).toContain(result?.value);
  });

  test('ends a question that is under way when it is closed, and asks none after it', async () => {
    let held: ServerResponse | undefined;
    feed.instead = (response) => (held = response);
    const verifier = feed.verifier();
    const verdict = verdictOf(verifier, feed.token({}));
    await feed.isAsked();
    const timers = jest.spyOn(globalThis, 'setTimeout');
    verifier.close();
    expect(await verdict).toBe('store_unavailable');
    if (held?.closed === false) await once(held, 'close');
    expect(timers.mock.calls.filter(([, ms]) => ms === 10)).toEqual([]);
    expect(feed.errors).toEqual([]);
    expect(feed.requests).toHaveLength(1);
  });
});

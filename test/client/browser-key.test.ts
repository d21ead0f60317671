import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { IDBFactory, IDBObjectStore } from 'fake-indexeddb';
import { browserKey } from '../../src/client/browser-key.ts';
import { createDpop } from '../../src/client/dpop.ts';

describe('the key of a browser', () => {
  const reported = jest.fn();
  beforeEach(() => {
    Object.assign(globalThis, { indexedDB: new IDBFactory(), reportError: reported });
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  const nameOf = async (load: ReturnType<typeof browserKey>) => (await load()).jwk['x'];
  /** Ends the transaction of the next request of that kind, as a browser does whose database is damaged. */
  const abortNext = (kind: 'get' | 'put') =>
    jest.spyOn(IDBObjectStore.prototype, kind).mockImplementationOnce(function (this: IDBObjectStore) {
      this.transaction.abort();
      return new EventTarget() as never;
    });

  test('is one for all that ask at once, for each name, and stays', async () => {
    const names = await Promise.all(Array.from({ length: 4 }, () => nameOf(browserKey('a'))));
    expect(new Set(names).size).toBe(1);
    expect(await nameOf(browserKey('a'))).toBe(names[0]);
    expect(await nameOf(browserKey('b'))).not.toBe(names[0]);
  });

  test('is of the algorithm that is asked for where none is there, and otherwise stays', async () => {
    const made = await browserKey('a', 'RS256')();
    expect(made).toMatchObject({ alg: 'RS256', jwk: { kty: 'RSA', e: 'AQAB' } });
    expect(Object.keys(made.jwk)).toEqual(['kty', 'n', 'e']);
    expect((await browserKey('a')()).jwk).toEqual(made.jwk);
    const ofBefore = await browserKey('b')();
    expect(ofBefore).toMatchObject({ alg: 'ES256', jwk: { kty: 'EC', crv: 'P-256' } });
    expect(await browserKey('b', 'RS256')()).toMatchObject({ alg: 'ES256', jwk: ofBefore.jwk });
  });

  test('is where all versions of this package look for it, and keeps nobody from removing it', async () => {
    const kept = await nameOf(browserKey('a'));
    const opened = indexedDB.open('graphql-simplejwt-dpop', 1);
    await new Promise((resolve) => opened.addEventListener('success', resolve));
    const found = opened.result.transaction('keys').objectStore('keys').get('a');
    await new Promise((resolve) => found.addEventListener('success', resolve));
    const { publicKey } = found.result as CryptoKeyPair;
    expect((await crypto.subtle.exportKey('jwk', publicKey)).x).toBe(kept);
    opened.result.close();
    const removed = indexedDB.deleteDatabase('graphql-simplejwt-dpop');
    const ended = new Promise((resolve) => {
      for (const kind of ['success', 'blocked']) removed.addEventListener(kind, () => resolve(kind));
    });
    expect(await ended).toBe('success');
  });

  test.each([
    ['there is none', undefined],
    [
      'opening throws',
      () => {
        throw new DOMException('no', 'SecurityError');
      },
    ],
    [
      'opening fails',
      () => {
        const request = new EventTarget();
        queueMicrotask(() => request.dispatchEvent(new Event('error')));
        return request;
      },
    ],
  ])('where of databases %s, it is in memory: of one page', async (_why, open) => {
    Object.assign(globalThis, { indexedDB: open && { open } });
    const load = browserKey('a');
    const [one, same] = await Promise.all([nameOf(load), nameOf(load)]);
    expect(same).toBe(one);
    expect(await nameOf(browserKey('a'))).not.toBe(one);
  });

  test('where it cannot be saved, it is in memory for as long as the page lives, and the page is told', async () => {
    abortNext('put');
    const load = browserKey('a');
    const made = await nameOf(load);
    expect(reported.mock.calls).toEqual([[new Error('IndexedDB, which has the DPoP key, failed.')]]);
    await nameOf(browserKey('a')); // saves its own
    expect(await nameOf(load)).toBe(made);
  });

  test('where the database that has it fails, it says so, and the next request tries again', async () => {
    const load = browserKey('a');
    const kept = await nameOf(load);
    abortNext('get');
    await expect(load()).rejects.toThrow('IndexedDB, which has the DPoP key, failed.');
    expect(await nameOf(load)).toBe(kept);
  });

  test('is looked for again when a server wants another, as another page may have made one since', async () => {
    const sent: unknown[] = [];
    const wantsAnother = { extensions: { reason: 'dpop_proof_not_valid', check: 'key' } };
    const dpop = createDpop({
      fetch: async (_input, init) => {
        const [header = ''] = (new Headers(init?.headers).get('dpop') ?? '').split('.');
        const { jwk } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { jwk: JsonWebKey };
        sent.push(jwk.x);
        return Response.json({ data: null, errors: sent.length === 2 ? [wantsAnother] : [] });
      },
    });
    const send = () => dpop.fetch('https://api.example.com/graphql', { method: 'POST', body: '{}' });
    await send();
    const former = await nameOf(browserKey('default'));
    Object.assign(globalThis, { indexedDB: new IDBFactory() });
    const made = await nameOf(browserKey('default'));
    await send();
    expect(sent).toEqual([former, former, made]);
  });

  test('a database that does not answer is waited for for five seconds', async () => {
    Object.assign(globalThis, { indexedDB: { open: () => new EventTarget() } });
    jest.useFakeTimers();
    const ended = jest.fn();
    const loaded = browserKey('a')().catch(ended);
    jest.advanceTimersByTime(4999);
    await turn();
    expect(ended).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    await loaded;
    expect(ended).toHaveBeenCalledWith(new Error('IndexedDB, which has the DPoP key, does not answer.'));
  });
});

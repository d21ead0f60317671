import { createSecretKey, sign } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { signProof } from '../../../src/client/dpop-proof.ts';
import type { ProofKey } from '../../../src/client/dpop.ts';
import { ProofInvalid, StoreUnavailable } from '../../../src/contracts/errors.ts';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import type { Settings } from '../../../src/contracts/settings/settings-table.ts';
import type { Store } from '../../../src/contracts/store/store.ts';
import { ProofChecker } from '../../../src/core/dpop/check-proof.ts';
import { Dpop } from '../../../src/core/dpop/dpop.ts';
import { nodeEngine } from '../../../src/core/dpop/node-engine.ts';
import { Nonces } from '../../../src/core/dpop/nonces.ts';
import { partsOf } from '../../../src/core/dpop/proof-form.ts';
import { openAt } from '../../stores/records.ts';
import { makeProof, newClientKey } from '../../support/proofs.ts';
import { TEST_KEY, TestClock } from '../../support/server.ts';
import { describeEachStore, newPlace, type Place } from '../../support/stores.ts';

const PUBLIC = 'https://api.example.com';

describeEachStore('the proofs that a server has seen', (kind) => {
  const key = newClientKey();
  let place: Place;
  let store: Store;
  let clock: TestClock;
  let names: string[];
  let added: Date[];
  let removals: Date[];
  let reported: unknown[];
  beforeEach(async () => {
    place = newPlace(kind);
    store = await openAt(place);
    clock = new TestClock();
    names = [];
    added = [];
    removals = [];
    reported = [];
  });
  afterEach(async () => {
    await store.close();
    await place.remove();
  });
  /** The room on a store that tells when it removes, and does as `remove` says. */
  const room = (
    remove: Store['proofs']['deleteExpired'] = (at) => store.proofs.deleteExpired(at),
    /** What is known of the address. */
    known: Partial<Pick<Settings, 'publicUrl'>> = {},
  ) => {
    const add: Store['proofs']['add'] = (name, expiresAt) => {
      names.push(name);
      added.push(expiresAt);
      return store.proofs.add(name, expiresAt);
    };
    const deleteExpired = (at: Date) => {
      removals.push(at);
      return remove(at);
    };
    const settings = settingsFromOptions({ signingKey: TEST_KEY, dpop: 'optional', publicUrl: PUBLIC });
    return new Dpop({
      store: { ...store, now: async () => null, proofs: { ...store.proofs, add, deleteExpired } },
      settings: { ...settings, ...known },
      clock: clock.read,
      secret: () => createSecretKey(Buffer.from(TEST_KEY)),
      report: (error) => reported.push(error),
    });
  };
  const proof = () => makeProof(key, { url: `${PUBLIC}/graphql`, now: clock.seconds });
  const prove = (dpop: Dpop, text = proof()) =>
    dpop.prove({ proof: text, method: 'POST', path: '/graphql', host: undefined }, () => {});

  test('are removed once a minute while they come in, ten minutes after they expired', async () => {
    const dpop = room();
    const startedAt = clock.read();
    for (let second = 0; second < 150; second += 10) {
      await prove(dpop);
      while (removals.length < 1 + Math.floor(second / 60)) await nextTurn();
      clock.advance(10);
    }
    expect(removals.map((at) => (at.getTime() - startedAt) / 1000)).toEqual([-600, -540, -480]);
    await dpop.close();
  });

  test('are told apart by all of their jti, whatever it begins with, and by their key, and have short names', async () => {
    const dpop = room();
    const jtis = ['', '0', '1', 'é\u0000$'].map((end) => `019a-begins-with-the-time${end}`).concat('a', 'aa', '\ud800');
    const outcomes: unknown[] = [];
    for (const jti of [...jtis, ...jtis]) {
      clock.advance(1); // it counts once also with another time
      const text = makeProof(key, { url: `${PUBLIC}/graphql`, now: clock.seconds }, { claims: { jti } });
      outcomes.push(
        await prove(dpop, text).then(
          () => 'new',
          ({ check }: ProofInvalid) => check,
        ),
      );
    }
    expect(outcomes).toEqual([...jtis.map(() => 'new'), ...jtis.map(() => 'jti')]);
    const stranger = makeProof(
      newClientKey(),
      { url: `${PUBLIC}/graphql`, now: clock.seconds },
      { claims: { jti: 'a' } },
    );
    expect(await prove(dpop, stranger)).toMatchObject({ tokenHash: null });
    for (const name of names) expect(name).toMatch(/^(019a-begins-)?[\w-]{22}$/);
    await dpop.close();
  });

  test('are stored in the order of time where their jti begins with it, as those of our client', async () => {
    const dpop = room();
    const { jwk, privateKey } = key;
    const ours = {
      alg: 'ES256',
      jwk: jwk as ProofKey['jwk'],
      sign: (data: Uint8Array) => sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
    };
    for (let count = 0; count < 10; count++) {
      clock.advance(0.001);
      await prove(dpop, await signProof(ours, { method: 'POST', htu: `${PUBLIC}/graphql`, now: clock.read() }));
    }
    await dpop.close();
    expect(new Set(names).size).toBe(10);
    expect(names).toEqual(names.toSorted());
  });

  test('are not waited for while they are removed, and what fails there is reported alone', async () => {
    const failure = new StoreUnavailable(new Error('a full disk'));
    const dpop = room(() => Promise.reject(failure));
    expect(await prove(dpop)).toMatchObject({ tokenHash: null });
    expect(added).toEqual([new Date((clock.seconds + 60) * 1000)]); // for as long as the clock accepts them
    while (reported.length === 0) await nextTurn();
    expect(reported).toEqual([failure]);
    await dpop.close();
  });

  test('are removed by one removal at a time, which is waited for at the end', async () => {
    let finish = (_count: number) => {};
    const dpop = room(() => new Promise((resolve) => (finish = resolve)));
    await prove(dpop);
    while (removals.length === 0) await nextTurn();
    clock.advance(60);
    await prove(dpop);
    let isClosed = false;
    const closing = dpop.close().then(() => (isClosed = true));
    await nextTurn();
    expect([removals.length, isClosed]).toEqual([1, false]);
    finish(0);
    await closing;
  });

  test('are for what their request asks for, at the host that it names', async () => {
    const dpop = room(undefined, { publicUrl: undefined });
    const checkOf = (url: string, path: string, host?: string) => {
      const text = makeProof(key, { url, now: clock.seconds });
      const proven = dpop.prove({ proof: text, method: 'POST', path, host }, () => {});
      return proven.then(
        () => null,
        (error: unknown) => (error as ProofInvalid).check,
      );
    };
    for (const path of ['/graphql', '/graphql?x', 'https://b.example/graphql', 'HTTP://b.example/graphql?x#y']) {
      for (const url of ['http://a.example/graphql', 'https://a.example/graphql'])
        expect(await checkOf(url, path, 'a.example')).toBeNull();
    }
    for (const path of ['/', 'http://[/graphql', 'ftp://a.example/graphql']) {
      expect(await checkOf('https://a.example/graphql', path, 'a.example')).toBe('htu');
    }
    for (const host of ['', 'x', 'undefined']) expect(await checkOf(`http://${host}/graphql`, '/graphql')).toBe('htu');
    await dpop.close();
  });

  test('let nobody in while the store does not answer', async () => {
    const dpop = room();
    const text = proof();
    await store.close();
    await expect(prove(dpop, text)).rejects.toBeInstanceOf(StoreUnavailable);
    store = await openAt(place);
    expect(await prove(room(), text)).toMatchObject({ tokenHash: null });
    expect(reported).toEqual([]);
  });
});

test('a nonce is good until the five minutes after its own are over, and old as soon as its own are', () => {
  const nonces = new Nonces(() => createSecretKey(Buffer.from(TEST_KEY)));
  const own = 600_000;
  const nonce = nonces.current(own);
  for (const now of [own - 300_000, own - 1, own, own + 299_999]) {
    expect(nonces.find(nonce, now)).toEqual({ isOld: false, expiresAt: own + 600_000 });
  }
  for (const now of [own + 300_000, own + 599_999]) {
    expect(nonces.find(nonce, now)).toEqual({ isOld: true, expiresAt: own + 600_000 });
  }
  const changing = [TEST_KEY, `${TEST_KEY} of then`].map((text) => createSecretKey(Buffer.from(text)));
  const renewed = new Nonces(() => changing[0] ?? createSecretKey(Buffer.from(TEST_KEY)));
  expect(renewed.current(own)).toBe(nonce);
  changing.shift();
  expect(renewed.find(nonce, own)).toBeNull(); // another secret ends it
  for (const now of [own - 300_001, own + 600_000]) expect(nonces.find(nonce, now)).toBeNull();
  expect(new Set([own, own + 300_000].map((now) => nonces.current(now))).size).toBe(2);
});

test('a proof of more keys than are kept holds for each of them, and those used last are kept', async () => {
  const key = newClientKey();
  let reads = 0;
  const verifierOf = () => {
    reads += 1;
    return () => true;
  };
  const few = new ProofChecker({ ...nodeEngine, verifierOf });
  const proofs = Array.from({ length: 1100 }, (_, index) => {
    const x = Buffer.from(String(index).padStart(32)).toString('base64url');
    return makeProof(key, { url: `${PUBLIC}/graphql`, now: 1_800_000_000 }, { header: { jwk: { ...key.jwk, x } } });
  });
  const question = { method: 'POST', urls: [`${PUBLIC}/graphql`], now: 1_800_000_000_000, window: null };
  const found = new Set<string>();
  for (const proof of [...proofs, ...proofs]) found.add((await few.check({ proof, ...question })).thumbprint);
  expect(found.size).toBe(1100);
  // The thousand from 100 on are kept, and 101 makes room for 0: 100 was used after it.
  for (const [index, read] of [
    [100, 0],
    [0, 1],
    [100, 0],
    [101, 1],
  ] as const) {
    reads = 0;
    await few.check({ proof: proofs[index] ?? '', ...question });
    expect([index, reads]).toEqual([index, read]);
  }
});

test('the addresses of a server are read once, however many proofs are for them', async () => {
  const checker = new ProofChecker(nodeEngine);
  const parse = jest.spyOn(URL, 'canParse');
  const key = newClientKey();
  for (const times of [2, 0]) {
    parse.mockClear();
    const proof = makeProof(key, { url: 'HTTPS://api.example.com/graphql', now: 1_800_000_000 });
    await checker.check({ proof, method: 'POST', urls: [`${PUBLIC}/graphql`], now: 1_800_000_000_000, window: null });
    expect(parse).toHaveBeenCalledTimes(times);
  }
  parse.mockRestore();
});

test('a proof of 4,096 characters is read, and no longer one', () => {
  const parts = ['a'.repeat(4090), 'aa', 'AA'] as const;
  expect(partsOf(parts.join('.'))).toEqual(parts);
  expect(() => partsOf(`a${parts.join('.')}`)).toThrow(ProofInvalid);
});

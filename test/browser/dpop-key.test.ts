import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { readProof, type ReadProof } from '../support/proof-peer.ts';
import { launchBrowser, Visitor } from './visitor.ts';

/** `ask(n)` sends as so many parts of a page would that know nothing of each other; resolves to what each was told. */
const HTML = `<!doctype html><link rel="icon" href="data:,"><script type="module">
  import * as client from '/dist/client/dpop.js';
  globalThis.client = client;
  globalThis.ask = async (count) => {
    const make = () => client.createDpop().fetch('proof?n', { method: 'POST' });
    return Promise.all(Array.from({ length: count }, () => make().then((answer) => answer.text(), String)));
  };
  globalThis.kept = globalThis.crypto?.subtle && client.createDpop();
  document.title = 'ready';
</script>`;

describe('the key of a browser', () => {
  let browser: Browser;
  let pages: Server;
  let url: string;
  let proofs: ReadProof[] = [];
  /** The only key that is let in; null for any. */
  let wanted: string | null = null;
  beforeAll(async () => {
    const answer = async ({ url: path = '', method, headers }: IncomingMessage, response: ServerResponse) => {
      if (method === 'POST') {
        const proof = await readProof(headers['dpop']);
        proofs.push(proof);
        const isRefused = wanted !== null && proof.thumbprint !== wanted;
        const refusal = { errors: [{ extensions: { reason: 'dpop_proof_not_valid', check: 'key' } }] };
        response.setHeader('content-type', 'application/json');
        return response.end(JSON.stringify(isRefused ? refusal : { data: proof.thumbprint }));
      }
      const file = /^\/dist\/client\/[\w/-]+\.js$/.exec(path)?.[0];
      response.setHeader('content-type', file === undefined ? 'text/html' : 'text/javascript');
      return response.end(file === undefined ? HTML : readFileSync(`.${file}`));
    };
    pages = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
    await once(pages, 'listening');
    url = `http://127.0.0.1:${(pages.address() as AddressInfo).port}/`;
    browser = await launchBrowser();
  });
  beforeEach(() => {
    proofs = [];
    wanted = null;
  });
  afterAll(async () => {
    await browser.close();
    pages.close();
  });

  const opened = async (visitor: Visitor, path = ''): Promise<Page> => {
    const tab = await visitor.open(url + path);
    await tab.waitForFunction('document.title === "ready"');
    return tab;
  };
  const ask = (tab: Page, count = 1) => tab.evaluate<string[]>(`ask(${count})`);
  const keys = () => new Set(proofs.map(({ thumbprint }) => thumbprint));

  test('is made once by all tabs that start at once, stays over a reload, and nobody can take it out', async () => {
    const visitor = await Visitor.at(browser, url);
    const tabs = await Promise.all(Array.from({ length: 3 }, () => opened(visitor)));
    await Promise.all(tabs.map((tab) => ask(tab, 8)));
    expect(proofs).toHaveLength(24);
    expect(keys().size).toBe(1);
    expect(new Set(proofs.map(({ claims }) => claims.jti)).size).toBe(24);
    expect(proofs[0]?.claims).toMatchObject({ htm: 'POST', htu: `${url}proof` });

    const [one] = tabs;
    await one?.reload();
    await one?.waitForFunction('document.title === "ready"');
    await ask(one ?? (await opened(visitor)));
    expect(keys().size).toBe(1);
    const taken = await one?.evaluate<unknown>(`(async () => {
      const database = await new Promise((resolve) => {
        const request = indexedDB.open('graphql-simplejwt-dpop');
        request.onsuccess = () => resolve(request.result);
      });
      const { privateKey } = await new Promise((resolve) => {
        const request = database.transaction('keys').objectStore('keys').get('default');
        request.onsuccess = () => resolve(request.result);
      });
      return [privateKey.extractable, privateKey.usages, await crypto.subtle.exportKey('jwk', privateKey).catch(({ name }) => name)];
    })()`);
    expect(taken).toEqual([false, ['sign'], 'InvalidAccessError']);
    await visitor.leave();
  });

  test('an address is relative to the page', async () => {
    const visitor = await Visitor.at(browser, url);
    await ask(await opened(visitor, 'deep/page.html'));
    expect(proofs[0]?.claims['htu']).toBe(`${url}deep/proof`);
    await visitor.leave();
  });

  test('another name is another key, and may be of another algorithm', async () => {
    const visitor = await Visitor.at(browser, url);
    const tab = await opened(visitor);
    for (const options of [`name: 'a'`, `name: 'b', algorithm: 'RS256'`, `name: 'a', algorithm: 'RS256'`, `name: 'b'`])
      await tab.evaluate(`client.createDpop({ ${options} }).fetch('/proof', { method: 'POST' })`);
    const [a, b, againA, againB] = proofs.map(({ thumbprint }) => thumbprint);
    expect(b).not.toBe(a);
    expect([againA, againB]).toEqual([a, b]);
    expect(proofs.map(({ header }) => header.alg)).toEqual(['ES256', 'RS256', 'ES256', 'RS256']);
    await visitor.leave();
  });

  test.each([
    ['all storage is forbidden', () => Visitor.withoutCookies(url), ''],
    [
      'there is no IndexedDB',
      () => Visitor.at(browser, url),
      'Object.defineProperty(globalThis, "indexedDB", { value: undefined })',
    ],
    [
      'it cannot be opened',
      () => Visitor.at(browser, url),
      'indexedDB.open = () => { const request = new EventTarget(); setTimeout(() => request.dispatchEvent(new Event("error"))); return request; }',
    ],
  ])('where %s, it is in memory: of one page, and gone with it', async (_why, start, script) => {
    const visitor = await start();
    await visitor.prepare(script);
    const tab = await opened(visitor);
    const twice = 'kept.fetch("/proof", { method: "POST" })';
    await tab.evaluate(`Promise.all([${twice}, ${twice}])`);
    expect(keys().size).toBe(1);
    await (await opened(visitor)).evaluate(twice);
    expect(keys().size).toBe(2);
    await visitor.leave();
  });

  test('where it cannot be saved, it is in memory, and the page is told', async () => {
    const visitor = await Visitor.at(browser, url);
    visitor.expectProblem(/full|AbortError/);
    await visitor.prepare(
      'IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); }',
    );
    const tab = await opened(visitor);
    const send = 'kept.fetch("/proof", { method: "POST" })';
    await tab.evaluate(send);
    await tab.evaluate(send);
    expect(keys().size).toBe(1);
    await visitor.leave();
  });

  test('where the database that has it fails, or does not answer, nothing is sent, and the next request tries again', async () => {
    const visitor = await Visitor.at(browser, url);
    await ask(await opened(visitor));
    const [key] = keys();
    await visitor.prepare(`
      const { get } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.get = function (name) {
        IDBObjectStore.prototype.get = get;
        this.transaction.abort();
        return get.call(this, name);
      };
    `);
    const tab = await opened(visitor);
    const send = 'kept.fetch("/proof", { method: "POST" }).then(() => "sent", () => "not sent")';
    expect(await tab.evaluate(send)).toBe('not sent');
    expect(proofs).toHaveLength(1);
    expect(await tab.evaluate(send)).toBe('sent');
    expect(Array.from(keys())).toEqual([key]);

    await visitor.takeTime();
    await visitor.prepare(
      'const { open } = indexedDB; indexedDB.open = () => { indexedDB.open = open; return new EventTarget(); }',
    );
    const slow = await opened(visitor);
    await slow.evaluate('void (globalThis.outcome = kept.fetch("/proof", { method: "POST" }).catch(String))');
    await visitor.moveTime(6);
    expect(await slow.evaluate('outcome')).toMatch(/does not answer/);
    await visitor.leave();
  });

  test('a page whose key was removed goes on with that of the page that made a new one', async () => {
    const visitor = await Visitor.at(browser, url);
    const [one, other] = [await opened(visitor), await opened(visitor)];
    await one.evaluate('kept.fetch("/proof", { method: "POST" })');
    const removed =
      'new Promise((resolve) => { indexedDB.deleteDatabase("graphql-simplejwt-dpop").onsuccess = resolve; })';
    await other.evaluate(`${removed}.then(() => 0)`);
    await ask(other);
    expect(keys().size).toBe(2);
    wanted = proofs.at(-1)?.thumbprint ?? null;
    const send = 'kept.fetch("/proof", { method: "POST" }).then((answer) => answer.json())';
    expect(await one.evaluate(send)).toEqual({ data: wanted });
    expect(proofs).toHaveLength(4);

    // A key that nobody has any more: refused once, and not asked again and again.
    wanted = 'lost';
    expect(await one.evaluate(send)).toHaveProperty('errors');
    expect(proofs).toHaveLength(5);
    await visitor.leave();
  });

  test('a page without WebCrypto is told at once', async () => {
    const insecure = new URL(url);
    insecure.hostname = 'insecure.test';
    const visitor = await Visitor.at(browser, insecure.href);
    const tab = await visitor.open(insecure.href);
    await tab.waitForFunction('document.title === "ready"');
    const said = await tab.evaluate(
      '(() => { try { client.createDpop(); } catch (error) { return error.message; } })()',
    );
    expect(said).toMatch(/DPoP needs WebCrypto. Expected a page at https or localhost/);
    await visitor.leave();
  });
});

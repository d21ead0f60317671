import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { print } from 'graphql';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SessionsDocument, TokenObtainPairDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { compose, image, read, SERVERS } from '../support/deployment.ts';
import { postFrom, startNginx, type RunningNginx } from '../support/nginx.ts';
import { endProcesses, helloWith, logRecords, refreshWith, runCli, startProcess } from '../support/process.ts';
import type { RunningProcess } from '../support/process.ts';
import { scrape } from '../support/scrape.ts';
import { PASSWORD } from '../support/server.ts';
import { newPlace } from '../support/stores.ts';

/** What clients of the balancer and of the servers pretend to be. */
const PRETENDED = {
  'x-forwarded-for': '203.0.113.9',
  'x-forwarded-host': 'evil.example',
  forwarded: 'for=203.0.113.9',
  'x-real-ip': '203.0.113.9',
};
const CLIENT = '127.0.0.77';

const store = newPlace('mongodb');
const keys = mkdtempSync(join(tmpdir(), 'balancer-'));
/** That of compose.yaml, with what is named there on this machine. */
const env = {
  ...image.environment,
  ...compose.services['server-1'].environment,
  ...store.env,
  HOST: '127.0.0.1',
  PORT: '0',
  JWT_KEYS_DIR: keys,
  TRUST_PROXY: '127.0.0.1',
  METRICS_HOST: '127.0.0.1',
  METRICS_PORT: '0',
};
let servers: RunningProcess[];
let nginx: RunningNginx;
let balanced: Client;

beforeAll(async () => {
  await runCli(['keys', 'generate', '--algorithm', 'ES256'], { env });
  await runCli(['users', 'create', 'alice', '--password-stdin'], { env, input: PASSWORD });
  servers = await Promise.all(SERVERS.map(() => startProcess({ env })));
  const site = SERVERS.reduce((text, name, index) => {
    const address = `${compose.services[name].networks['front']?.ipv4_address}:${image.environment['PORT']}`;
    if (!text.includes(address)) throw new Error(`the site must have ${address}`);
    return text.replace(address, new URL(servers[index]?.url ?? '').host);
  }, read('deploy/nginx/compose.conf'));
  nginx = await startNginx(site, /listen 8080;/);
  balanced = new Client(`${nginx.url}/graphql`);
});

afterAll(async () => {
  await nginx.stop();
  await endProcesses();
  await store.remove();
  rmSync(keys, { recursive: true });
});

/** Signs in from an address, pretending another; resolves to the addresses of all sign-ins so far. */
async function addressesAfterSignIn(url: string): Promise<readonly unknown[]> {
  const body = { query: print(TokenObtainPairDocument), variables: { username: 'alice', password: PASSWORD } };
  const answer = (await postFrom(CLIENT, url, body, PRETENDED)) as {
    readonly data: { readonly tokenObtainPair: { readonly access: string } };
  };
  const token = answer.data.tokenObtainPair.access;
  const { sessions } = await balanced.expect(SessionsDocument, {}, { token });
  return sessions.filter(({ current }) => current).map(({ ipAddress }) => ipAddress);
}

async function refreshesOf(server: RunningProcess): Promise<number> {
  const metrics = logRecords(server.stdout()).find(({ msg }) => msg === 'listening')?.['metrics'];
  const shown = await scrape(String(metrics));
  return shown.sum('simplejwt_operations_total', { operation: 'tokenRefresh', outcome: 'ok' });
}

test('a session that was begun through nginx goes on at either server', async () => {
  const { refresh } = await balanced.signIn('alice', PASSWORD);
  const first = await refreshWith(balanced, refresh);
  const second = await refreshWith(balanced, first.refresh);
  expect(await Promise.all(servers.map(refreshesOf))).toEqual([1, 1]);
  for (const { url } of servers) expect(await helloWith(new Client(url), second.access)).toBe('Hello, alice!');
});

test('the servers see the address a client has, not the one it says it has', async () => {
  expect(await addressesAfterSignIn(balanced.url)).toEqual([CLIENT]);
  for (const { url } of servers) expect(await addressesAfterSignIn(url)).toEqual([CLIENT]);
});

test('the servers write nothing: their file systems are read-only', () => {
  expect(readdirSync(store.options.dataDir)).toEqual([]);
  expect(readdirSync(keys)).toEqual([expect.stringMatching(/^[\w-]{43}\.json$/)]);
});

test('the metrics are not where the public gets', async () => {
  expect((await fetch(`${nginx.url}/metrics`)).status).toBe(404);
});

test('while a server stops, and when it is gone, every request is answered', async () => {
  const { access } = await balanced.signIn('alice', PASSWORD);
  const stop = { isOver: false };
  const ended = servers[0]?.kill('SIGTERM');
  void ended?.then(() => (stop.isOver = true));
  const answers: unknown[] = [];
  while (!stop.isOver) answers.push(await helloWith(balanced, access));
  for (let count = 0; count < 10; count += 1) answers.push(await helloWith(balanced, access));
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(new Set(answers)).toEqual(new Set(['Hello, alice!']));
});

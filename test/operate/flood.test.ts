import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAuth, type Auth } from '../../src/graphql/auth.ts';
import { TokenObtainPairDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { endProcesses, startProcess, TEST_ENV, type RunningProcess } from '../support/process.ts';
import { until } from '../support/ring.ts';
import { blocksOf, expectAnswer, OperatorShell, withReplacements } from '../support/runbook.ts';
import { scrape, type Scrape } from '../support/scrape.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { newPlace, storeKinds } from '../support/stores.ts';

const SECTION = ['docs/runbook.md', 'A flood of sign-ins'] as const;
const [metrics = '', failed = '', waiting = '', show = '', disable = '', forget = ''] = blocksOf(...SECTION, 'sh');
const ID = '6b1f0c5e7d5a4a0f9d0c3b2a19887766';
const METRICS = /"metrics":"([^"]+)"/;

/** Somebody with a list of passwords for alice, at several addresses; and somebody with a list of names, at one. */
const ADDRESSES = ['198.51.100.1', '198.51.100.2', '198.51.100.3'];
const SPRAYER = '203.0.113.7';
const OWNER = '192.0.2.55';
const [ACCOUNT_LIMIT, ADDRESS_LIMIT] = [10, 100];
const WINDOW_SECONDS = 120;
/** What the alert means by a flood: more than five in a second over this window. */
const FLOOD = 5 * WINDOW_SECONDS + 20;

/** The condition of the alert, read from its expression: how many refused sign-ins in a second are too many. */
function alertCondition() {
  const rules = readFileSync(join(import.meta.dirname, '../../deploy/prometheus/alerts.yaml'), 'utf8');
  const [, expression = ''] = /alert: SimplejwtSignInFlood\n\s+expr: \|\n(.*)\n/.exec(rules) ?? [];
  const form = /rate\((\w+)\{operation=~"([^"]+)",outcome=~"([^"]+)"\}\[2m\]\)\) > (\d+)$/.exec(expression);
  const [, name = '', operations = '', outcomes = '', threshold = ''] = form ?? [];
  return { name, operations: operations.split('|'), outcomes: outcomes.split('|'), threshold: Number(threshold) };
}

describe.each(storeKinds.slice(-1))('a flood of sign-ins at two servers on one %s, as the runbook has it', (kind) => {
  const place = newPlace(kind);
  const env = { ...TEST_ENV, ...place.env, TRUST_PROXY: 'loopback', METRICS_PORT: '0' };
  const shell = new OperatorShell(env);
  const log = join(place.options.dataDir, 'simplejwt.log');
  let auth: Auth;
  let aliceId: string;
  let servers: readonly RunningProcess[];
  let clients: readonly [Client, Client];
  let before: readonly Scrape[];
  let reasons: readonly unknown[];

  const signIn = async (client: Client, username: string, password: string, from: string) => {
    const headers = { 'x-forwarded-for': from, 'user-agent': '"event":"sign_in_failed" {"ipAddress":"192.0.2.1"}' };
    const { errors } = await client.send(TokenObtainPairDocument, { username, password }, { headers });
    return errors[0]?.extensions['reason'] ?? null;
  };
  const scrapes = () => Promise.all(servers.map((server) => scrape(METRICS.exec(server.stdout())?.[1] ?? '')));
  const total = async (name: string, labels: Readonly<Record<string, string>>) =>
    (await scrapes()).reduce((sum, each) => sum + each.sum(name, labels), 0);

  beforeAll(async () => {
    auth = await createAuth({ ...place.options, signingKey: TEST_KEY, passwordHashCost: 4 });
    aliceId = (await auth.users.create({ username: 'alice', password: PASSWORD })).id;
    await auth.users.create({ username: 'root', password: PASSWORD, isAdmin: true });
    servers = await Promise.all([startProcess({ env }), startProcess({ env })]);
    const [one = '', other = ''] = servers.map(({ url }) => url);
    clients = [new Client(one), new Client(other)];

    before = await scrapes();
    const attempts = Array.from({ length: FLOOD }, (_, index) => ({
      username: index % 2 === 0 ? 'alice' : `nobody-${index}`,
      from: index % 2 === 0 ? (ADDRESSES[(index / 2) % ADDRESSES.length] ?? '') : SPRAYER,
      client: clients[index % 4 < 2 ? 0 : 1],
    }));
    const answers: unknown[] = [];
    const worker = async () => {
      for (let next = attempts.pop(); next !== undefined; next = attempts.pop()) {
        answers.push(await signIn(next.client, next.username, 'not the password', next.from));
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    reasons = answers;
    writeFileSync(log, servers.map((server) => server.stdout()).join(''));
  });
  afterAll(async () => {
    await auth.close();
    await endProcesses();
    shell.remove();
    await place.remove();
  });

  const inLog = async (code: string) =>
    (await shell.expect(withReplacements(code, { 'simplejwt.log': log })))
      .trimEnd()
      .split('\n')
      .map((line) => /^ *(\d+) (.*)$/.exec(line)?.slice(1) ?? []);

  test('is one by the expression of the alert', async () => {
    const { name, operations, outcomes, threshold } = alertCondition();
    const counts = operations.flatMap((operation) => outcomes.map((outcome) => total(name, { operation, outcome })));
    const refused = (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    expect(refused).toBe(FLOOD);
    expect(refused / WINDOW_SECONDS).toBeGreaterThan(threshold);
    expect(new Set(reasons)).toEqual(new Set(['no_active_account', 'throttled']));
  });

  test('is in the metrics: how many failed, and how many have to wait by which rule', async () => {
    for (const [index, server] of servers.entries()) {
      const url = METRICS.exec(server.stdout())?.[1] ?? '';
      const printed = await shell.expect(withReplacements(metrics, { 'http://127.0.0.1:9464/metrics': url }));
      for (const rule of ['account', 'address']) {
        expect(printed).toMatch(
          new RegExp(`^simplejwt_throttled_total\\{operation="sign_in",rule="${rule}",network="ipv4"\\} [1-9]`, 'm'),
        );
      }
      expect(printed).toMatch(/^simplejwt_security_events_total\{event="sign_in_failed"\} [1-9]/m);
      expect(printed).toMatch(/^simplejwt_hash_refused_total/m);
      expect(before[index]?.sum('simplejwt_throttled_total', { operation: 'sign_in' })).toBe(0);
    }
  });

  test('is in the log: which accounts fail from where, and who has to wait', async () => {
    const failures = new Map((await inLog(failed)).map(([count, pair]) => [pair, Number(count)]));
    expect([...failures.keys()][0]).toBe(`null ${SPRAYER}`);
    expect(new Set(failures.keys())).toEqual(
      new Set([`null ${SPRAYER}`, ...ADDRESSES.map((address) => `${aliceId} ${address}`)]),
    );
    // More than the limit only by those that had waited for their turn.
    for (const [pair, count] of failures) {
      const limit = pair?.startsWith('null') ? ADDRESS_LIMIT : ACCOUNT_LIMIT;
      expect(count).toBeGreaterThanOrEqual(limit);
      expect(count).toBeLessThan(limit + 8);
    }
    const waits = (await inLog(waiting)).map(([, wait]) => wait);
    expect(waits[0]).toBe(`sign_in address ${SPRAYER}`);
    expect(waits).toHaveLength(1 + ADDRESSES.length);
    expect(new Set(waits.slice(1))).toEqual(new Set(ADDRESSES.map((address) => `sign_in account ${address}`)));
  });

  test('keeps the owner out of nothing, and has a name: in a shell, and by the query of an admin', async () => {
    expect(await signIn(clients[0], 'alice', PASSWORD, OWNER)).toBeNull();
    const shown = await shell.expect(withReplacements(show, { [ID]: aliceId }));
    expect(shown).toMatch(new RegExp(`^id: ${aliceId}\nusername: alice\n`));

    const [query = ''] = blocksOf(...SECTION, 'graphql');
    const { access } = await clients[1].signIn('root', PASSWORD);
    const ask = () => expectAnswer(clients[1], withReplacements(query, { [ID]: aliceId }), access);
    expect(await ask()).toMatchObject({
      user: { username: 'alice', isActive: true, isAdmin: false },
      userSessions: [{ ipAddress: OWNER }],
    });
    await until(async () => {
      const { activity } = (await ask()) as { readonly activity: readonly { readonly refusals: number }[] };
      return activity.reduce((sum, { refusals }) => sum + refusals, 0) === FLOOD; // every server adds its own
    });
  });

  test('is answered: the account is refused, and let in again', async () => {
    const [refuse = '', admit = ''] = disable.split('\n');
    await shell.expect(refuse);
    expect(await signIn(clients[1], 'alice', PASSWORD, OWNER)).toBe('no_active_account');
    await shell.expect(admit);
    expect(await signIn(clients[1], 'alice', PASSWORD, OWNER)).toBeNull();
  });

  test('is over when its counts are forgotten: nobody has to wait any more', async () => {
    const [from = ''] = ADDRESSES;
    await signIn(clients[0], 'alice', 'not the password', from);
    expect(await signIn(clients[0], 'alice', PASSWORD, from)).toBe('throttled');
    expect(await shell.expect(forget)).toMatch(/^forgotten: [1-9]\d*$/m);
    expect(await signIn(clients[0], 'alice', PASSWORD, from)).toBeNull();
  });
});

import { randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createAuth } from '../../src/graphql/auth.ts';
import { Client } from '../support/client.ts';
import { runCommand } from '../support/command.ts';
import { Ledger } from '../support/ledger.ts';
import { HABITS, loadUntilGone, type Visitor } from '../support/load.ts';
import { again, breakLine, HalfOpen, leaveEarly } from '../support/nuisances.ts';
import { plainFetch } from '../support/plain-fetch.ts';
import { endProcesses, runCli, startProcess, TEST_ENV, type RunningProcess } from '../support/process.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { describeEachStore, newPlace, storeKinds } from '../support/stores.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { workersOf } from '../support/workers.ts';

const MINUTES = Number(process.env['SOAK_MINUTES'] ?? 1);
/** Each store has its share: half of it with kills, then two quarters that are compared. */
const QUARTER_MS = (MINUTES * 60_000) / storeKinds.length / 4;
/** What was asked and not answered may be done as long as this. */
const SETTLE_MS = 2500;
/** In which clients and servers give up connections that nobody uses. */
const QUIET_MS = 6000;
/** Whoever is asked must have answered by then. */
const LATE_MS = 45_000;
const MB = 2 ** 20;
const clientOf = ({ url }: RunningProcess) => new Client(url, plainFetch);
/** Connections of each worker to its database: as many as are soon there, or their number grows for long. */
const POOL = 5;

describeEachStore(`a server under load for ${MINUTES} minutes, among cuts, kills, rotations and backups`, (kind) => {
  const place = newPlace(kind);
  const backups = mkdtempSync(join(tmpdir(), 'simplejwt-soak-'));
  const env = {
    ...TEST_ENV,
    ...place.env,
    ...(kind === 'mongodb' && { WORKERS: '2', MONGODB_URI: `${place.env['MONGODB_URI']}?maxPoolSize=${POOL}` }),
    THROTTLE: 'off',
    JWT_MAX_SESSIONS: '10000',
    JWT_ACCESS_TOKEN_LIFETIME: '1d',
    JWT_KEYS_DIR: join(place.options.dataDir, 'keys'),
  };
  const ledger = new Ledger();
  const halfOpen = new HalfOpen();
  const done = { habits: 0, unanswered: 0, kills: 0, rotations: 0, purges: 0, backups: 0, left: 0 };
  let server: RunningProcess;
  let port: string;
  let proxy: TcpProxy;
  let visitors: readonly (Visitor & { readonly habit: keyof typeof HABITS })[];

  const command = async (args: readonly string[], counted: 'purges' | 'backups' | 'rotations') => {
    // In a process of its own, where the file of SQLite is opened: the binding would keep it open in this one.
    const { code, stderr } = await (counted === 'rotations' ? runCommand : runCli)(args, { env });
    if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
    done[counted] += 1;
  };

  beforeAll(async () => {
    await command(['keys', 'generate'], 'rotations');
    const auth = await createAuth({ ...place.options, signingKey: TEST_KEY, passwordHashCost: 4 });
    const names = Object.keys(HABITS) as (keyof typeof HABITS)[];
    const usernames = names.flatMap((habit) => [1, 2].map((count) => ({ habit, username: `${habit}-${count}` })));
    for (const { username } of usernames) {
      await ledger.changing(username, PASSWORD, () => auth.users.create({ username, password: PASSWORD }));
    }
    await auth.users.create({ username: 'hasty', password: PASSWORD });
    await auth.close();
    server = await startProcess({ env });
    const { hostname, port: found, pathname } = new URL(server.url);
    port = found;
    proxy = await TcpProxy.to(hostname, Number(port));
    // One of each habit has a good line, and one a bad line.
    const lines = [clientOf(server), new Client(`http://127.0.0.1:${proxy.port}${pathname}`, plainFetch)] as const;
    visitors = usernames.map(({ username, habit }, index) => {
      return { username, habit, ledger, client: lines[index % 2] ?? lines[0], tokens: new Set() };
    });
  });
  afterAll(async () => {
    halfOpen.close();
    await proxy.close();
    await endProcesses();
    await place.remove();
    rmSync(backups, { recursive: true });
  });

  /** People read what they were answered. */
  const pause = () => {
    done.habits += 1;
    return delay(randomInt(200));
  };

  /** One thing after the other. What is not answered may be done later, and would end what was begun since. */
  const visit = async (visitor: (typeof visitors)[number], signal: AbortSignal) => {
    while (!signal.aborted) {
      await loadUntilGone(visitor, HABITS[visitor.habit], pause, signal);
      if (signal.aborted) return;
      done.unanswered += 1;
      const endsOthers = visitor.habit === 'endAll' || visitor.habit === 'changePassword';
      await delay(endsOthers ? SETTLE_MS : 100);
      await ledger.settle(visitor.username, clientOf(server));
    }
  };

  const kill = async () => {
    await delay(randomInt(1000, 4000));
    done.kills += 1;
    if (kind === 'sqlite') {
      await server.kill('SIGKILL');
      server = await startProcess({ env: { ...env, PORT: port } });
      return;
    }
    const alive = workersOf(server).filter((pid) => existsSync(`/proc/${pid}`));
    if (alive.length < 2) return;
    if (randomInt(3) === 0) process.kill(server.pid, 'SIGHUP');
    else process.kill(alive[0] ?? 0, 'SIGKILL');
    await delay(4000); // a supervisor gives up where workers live for less than ten seconds, again and again
  };

  const backUp = async () => {
    const file = join(backups, String(done.backups));
    await command(['store', 'backup', file], 'backups');
    rmSync(file);
  };

  const leave = async () => {
    await leaveEarly(server.url, { username: 'hasty', password: PASSWORD });
    done.left += 1;
  };

  /** All at once for some time; resolves when all have stopped. */
  const soak = async (milliseconds: number, { withKills }: { readonly withKills: boolean }) => {
    const signal = AbortSignal.timeout(milliseconds);
    const running = new Map<string, Promise<void>>();
    const run = (name: string, work: Promise<void>) => {
      running.set(
        name,
        work.then(() => void running.delete(name)),
      );
    };
    for (const visitor of visitors) run(visitor.username, visit(visitor, signal));
    run(
      'cuts',
      again(signal, 700, () => breakLine(proxy)),
    );
    run('clients that leave', again(signal, 60, leave));
    run(
      'half-open clients',
      again(signal, 100, () => halfOpen.open(server.url)),
    );
    run(
      'purges',
      again(signal, 7000, () => command(['tokens', 'flush-expired'], 'purges')),
    );
    run(
      'rotations',
      again(signal, 3000, () => command(['keys', 'rotate', '--activate-after', '3s'], 'rotations')),
    );
    if (kind === 'sqlite') run('backups', again(signal, 6000, backUp));
    if (withKills) run('kills', again(signal, 500, kill));
    const late = delay(milliseconds + LATE_MS, null, { ref: false }).then(() => {
      throw new Error(`nothing came back: ${[...running.keys()].join(', ')}`);
    });
    await Promise.race([Promise.all(running.values()), late]);
    halfOpen.close();
  };

  /** What the processes of the server hold, when nobody asks anything. */
  const held = async () => {
    await delay(QUIET_MS);
    const pids = [server.pid, ...workersOf(server)].filter((pid) => existsSync(`/proc/${pid}/fd`));
    const sum = (of: (pid: number) => number) => pids.map(of).reduce((one, other) => one + other, 0);
    const resident = (pid: number) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    const log = join(place.options.dataDir, 'simplejwt.sqlite-wal');
    return {
      descriptors: sum((pid) => readdirSync(`/proc/${pid}/fd`).length),
      megabytes: Math.round(sum(resident) / 1024),
      logMegabytes: existsSync(log) ? Math.round(statSync(log).size / MB) : 0,
    };
  };

  test(
    'S40: has said nothing that is not so, and holds no more than before',
    async () => {
      await soak(2 * QUARTER_MS, { withKills: true });
      await soak(QUARTER_MS, { withKills: false });
      const before = await held();
      await soak(QUARTER_MS, { withKills: false });
      const after = await held();
      const broken = await ledger.audit(clientOf(server), { all: true });
      console.log(JSON.stringify({ kind, ...done, halfOpen: halfOpen.count, before, after }));
      console.log(JSON.stringify({ good: ledger.count('good'), dead: ledger.count('dead'), broken: broken.length }));
      expect(broken).toEqual([]);
      const never = Object.entries(done).flatMap(([name, count]) => (count === 0 ? [name] : []));
      expect(never).toEqual(kind === 'sqlite' ? [] : ['backups']);
      // What leaks with each request, or each cut, is hundreds.
      expect(after.descriptors).toBeLessThan(before.descriptors + 25);
      expect(after.megabytes).toBeLessThan(before.megabytes + 80);
      expect(after.logMegabytes).toBeLessThan(32);
      if (kind === 'sqlite') await auditBackup();
      expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    },
    MINUTES * 120_000 + 120_000,
  );

  /** The last backup, restored elsewhere, keeps the promises too. */
  async function auditBackup(): Promise<void> {
    const file = join(backups, 'last');
    await command(['store', 'backup', file], 'backups');
    const elsewhere = { ...env, DATA_DIR: join(backups, 'restored') };
    expect(await runCli(['store', 'restore', file], { env: elsewhere })).toMatchObject({ code: 0 });
    const restored = await startProcess({ env: elsewhere });
    expect(await ledger.audit(clientOf(restored))).toEqual([]);
  }
});

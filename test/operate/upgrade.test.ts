import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import Database from 'libsql';
import mongoose from 'mongoose';
import { FIRST_VERSION, MIGRATIONS as MONGO_MIGRATIONS } from '../../src/stores/mongo/migrations.ts';
import { MIGRATIONS as SQLITE_MIGRATIONS } from '../../src/stores/sqlite/migrations.ts';
import { Client } from '../support/client.ts';
import { createAlice } from '../support/devices.ts';
import { endProcesses, helloWith, refreshWith, runCli, startProcess, TEST_ENV } from '../support/process.ts';
import { blocksOf, OperatorShell, withReplacements } from '../support/runbook.ts';
import { PASSWORD } from '../support/server.ts';
import { describeEachStore, newPlace, type Place } from '../support/stores.ts';

const [version = '', start = '', ready = '', stop = ''] = blocksOf('docs/runbook.md', 'Upgrade without downtime', 'sh');
const NEWER = { command: [process.execPath, join(import.meta.dirname, '../support/newer-program.mjs')] } as const;
const DEVICES = 6;
/** Eight programs are started one after the other, which takes longer than other tests on a busy machine. */
const LONG = 120_000;
const KNOWN = { sqlite: SQLITE_MIGRATIONS.length, mongodb: FIRST_VERSION + MONGO_MIGRATIONS.length };

interface Pair {
  readonly access: string;
  readonly refresh: string;
}

/** Devices that ask for a greeting and refresh, over and over, at the servers that a load balancer would choose from. */
function startLoad(pairs: readonly Pair[], servers: Client[]) {
  const failures: unknown[] = [];
  const state = { goesOn: true };
  let turns = 0;
  const next = () => {
    turns += 1;
    return servers[turns % servers.length] as Client;
  };
  const counts = pairs.map(() => 0);
  const visit = async (pair: Pair, index: number) => {
    let { access, refresh } = pair;
    while (state.goesOn) {
      const greeting = await helloWith(next(), access);
      if (greeting !== 'Hello, alice!') failures.push(greeting);
      const answer = await refreshWith(next(), refresh);
      if (answer.reason !== null) failures.push(answer.reason);
      [access, refresh] = [answer.access ?? '', answer.refresh ?? ''];
      counts[index] = (counts[index] ?? 0) + 1;
    }
  };
  const devices = pairs.map((pair, index) => visit(pair, index).catch((error: unknown) => failures.push(error)));
  return {
    servers,
    failures,
    /** Resolves when each device has refreshed so many times more. */
    more: async (times: number) => {
      const goal = counts.map((count) => count + times);
      while (failures.length === 0 && counts.some((count, index) => count < (goal[index] ?? 0))) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    stop: async () => {
      state.goesOn = false;
      await Promise.all(devices);
    },
  };
}

describeEachStore('an upgrade', (kind) => {
  let place: Place;
  let env: Readonly<Record<string, string>>;
  let shell: OperatorShell;
  let newShell: OperatorShell;
  beforeEach(async () => {
    place = newPlace(kind);
    // The load refreshes as fast as it is answered, from one address.
    env = { ...TEST_ENV, ...place.env, THROTTLE: 'off' };
    shell = new OperatorShell(env);
    newShell = new OperatorShell(env, NEWER.command);
    await createAlice(place);
  });
  afterEach(async () => {
    await endProcesses();
    for (const each of [shell, newShell]) each.remove();
    await place.remove();
  });

  const expectVersion = async (expected: number) =>
    expect(await shell.expect(version)).toBe(`version: ${expected}\nknown: ${KNOWN[kind]}\n`);

  /** How often the migration of the newer program has begun. */
  async function runs(): Promise<number> {
    const { mongodbUri, dataDir } = place.options;
    if (mongodbUri === undefined) {
      const database = new Database(join(dataDir, 'simplejwt.sqlite'));
      const { count } = database.prepare('SELECT count(*) AS count FROM devices').get() as { count: number };
      database.close();
      return count / 200_000;
    }
    const connection = await mongoose.createConnection(mongodbUri).asPromise();
    try {
      return await connection.collection('runs').countDocuments();
    } finally {
      await connection.close();
    }
  }

  test(
    'of one server after the other fails no request, and an older program is refused from then on',
    async () => {
      await expectVersion(KNOWN[kind]);
      const old = await Promise.all([startProcess({ env }), startProcess({ env })]);
      const first = new Client(old[0]?.url ?? '');
      const pairs = await Promise.all(Array.from({ length: DEVICES }, () => first.signIn('alice', PASSWORD)));
      const load = startLoad(
        pairs,
        old.map(({ url }) => new Client(url)),
      );
      await load.more(3);

      const newer = await startProcess(newShell.started(withReplacements(start, { 4001: '0' })));
      const answer = await shell.expect(
        withReplacements(ready, { 'http://one.internal:4001': new URL(newer.url).origin }),
      );
      expect(answer).toBe('{"status":"ok"}');
      await load.more(3); // the old ones go on with the new schema
      await expectVersion(KNOWN[kind] + 1);
      load.servers.push(new Client(newer.url));
      for (const server of old) {
        load.servers.shift();
        await load.more(1); // what was on its way has arrived, as a load balancer would see to
        await shell.expect(withReplacements(stop, { '"$PID"': String(server.pid) }));
        expect(await server.exited).toEqual({ code: 0, signal: null });
        await load.more(3);
      }
      await load.stop();
      expect(load.failures).toEqual([]);
      expect(await runs()).toBe(1);

      const { code, stdout, stderr } = await runCli(['start'], { env: { ...env, PORT: '0' } });
      const refusal = `the store has version ${KNOWN[kind] + 1}, this program knows ${KNOWN[kind]}: start a newer program`;
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(new RegExp(`^(DATA_DIR|MONGODB_URI): [^\n]* cannot be used: ${refusal}\n$`));
      expect(await runCli(['users', 'list'], { env })).toMatchObject({ code: 1, stderr });
      expect(await new Client(newer.url).signIn('alice', PASSWORD)).toBeDefined();
    },
    LONG,
  );

  test(
    'by several servers that start at once migrates once, and all of them serve',
    async () => {
      const folder = join(place.options.dataDir, 'gathered');
      mkdirSync(folder);
      const together = { ...env, GATHER_IN: folder, GATHER_COUNT: '4' };
      const start = () => startProcess({ env: together, from: NEWER });
      const servers = await Promise.all(Array.from({ length: 4 }, start));
      await expectVersion(KNOWN[kind] + 1);
      expect(await runs()).toBe(1);
      for (const { url } of servers) {
        const client = new Client(url);
        const { access } = await client.signIn('alice', PASSWORD);
        expect(await helloWith(client, access)).toBe('Hello, alice!');
      }
    },
    LONG,
  );
});

import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { print } from 'graphql';
import { HelloDocument, TokenObtainPairDocument } from '../../generated/operations.ts';
import { KeptConnection } from '../../support/kept-connection.ts';
import { logRecords, runCli, type RunningProcess } from '../../support/process.ts';
import { until } from '../../support/ring.ts';
import { scrape, type Scrape } from '../../support/scrape.ts';
import { PASSWORD } from '../../support/server.ts';
import { sharedStoreKinds, stageForWorkers, whenServed } from '../../support/workers.ts';

const SECONDS = 1000;
const SIGN_IN = { query: print(TokenObtainPairDocument), variables: { username: 'alice', password: PASSWORD } };
const HELLO = { query: print(HelloDocument) };
const METRICS = { METRICS_PORT: '0', THROTTLE: 'off' };

const metricsUrlOf = (server: RunningProcess) =>
  String(logRecords(server.stdout()).find(({ msg }) => msg === 'listening')?.['metrics']);
const signIns = (shown: Scrape) =>
  shown.sum('simplejwt_operations_total', { operation: 'tokenObtainPair', outcome: 'ok' });
const hellos = (shown: Scrape) => shown.sum('simplejwt_operations_total', { operation: 'hello' });

/** Sends the operation so many times, each on a connection of its own, so that the workers take turns. */
async function send(server: RunningProcess, operation: object, times: number): Promise<void> {
  const ask = () => new KeptConnection(server.url, { keepAlive: false }).post(operation);
  const answers = await Promise.all(Array.from({ length: times }, ask));
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
}

describe.each(sharedStoreKinds)('the metrics of the workers of one server on one %s', () => {
  const stage = stageForWorkers(afterAll);
  let server: RunningProcess;
  beforeAll(async () => {
    server = await stage.start(METRICS);
  });

  test('are shown though a worker stands still: what it told last', async () => {
    const [worker = 0] = await whenServed(server, 2);
    const url = metricsUrlOf(server);
    await send(server, HELLO, 10);
    expect(hellos(await scrape(url))).toBe(10);
    process.kill(worker, 'SIGSTOP');
    try {
      const started = performance.now();
      expect(hellos(await scrape(url))).toBe(10);
      expect(performance.now() - started).toBeLessThan(8000); // Prometheus gives up after ten seconds
    } finally {
      process.kill(worker, 'SIGCONT'); // it would not see that its supervisor ends
    }
  });

  test(
    'are shown while workers come and go, and no counter falls, though one is killed',
    async () => {
      const url = metricsUrlOf(server);
      const sofar = hellos(await scrape(url));
      await send(server, HELLO, 20);
      const counters = (shown: Scrape) =>
        new Map(
          shown.samples
            .filter(({ name }) => /^simplejwt_.*(_total|_count|_bucket)$|^process_cpu_seconds_total$/.test(name))
            .map(({ name, labels, value }) => [`${name}${JSON.stringify(labels)}`, value]),
        );
      let before = counters(await scrape(url));
      let scrapes = 0;
      const look = async () => {
        const after = counters(await scrape(url));
        const fallen = Array.from(before).filter(([series, value]) => (after.get(series) ?? -1) < value);
        expect(fallen).toEqual([]);
        before = after;
        scrapes += 1;
      };
      const over = new AbortController();
      const looks = (async () => {
        while (!over.signal.aborted) await look();
      })();
      looks.catch(() => {}); // the `await` below says so
      process.kill(server.pid, 'SIGHUP');
      await server.printed('stdout', /"all workers were replaced"/);
      const [, next = 0] = await whenServed(server, 4);
      await send(server, HELLO, 6);
      await until(async () => hellos(await scrape(url)) === sofar + 26); // a busy worker is shown as it was
      process.kill(next, 'SIGKILL');
      await whenServed(server, 5);
      over.abort();
      await looks;
      expect(scrapes).toBeGreaterThan(10);
      expect(hellos(await scrape(url))).toBe(sofar + 26);
      expect(before.size).toBeGreaterThan(100);
    },
    90 * SECONDS,
  );
});

describe.each(sharedStoreKinds)('the metrics of two workers on one %s', () => {
  const stage = stageForWorkers();

  test(
    'say exactly what both did together, and go on when workers are replaced',
    async () => {
      const server = await stage.start(METRICS);
      const workers = await whenServed(server, 2);
      const url = metricsUrlOf(server);
      await send(server, SIGN_IN, 20);
      await send(server, HELLO, 30);
      const events = logRecords(server.stdout()).filter(({ msg }) => msg === 'security event');
      expect(new Set(events.map(({ pid }) => pid))).toEqual(new Set(workers)); // each has its part

      const first = await scrape(url);
      expect([signIns(first), hellos(first)]).toEqual([20, 30]);
      expect(first.sum('simplejwt_operation_duration_seconds_count', { operation: 'hello' })).toBe(30);
      expect(first.sum('simplejwt_operation_duration_seconds_bucket', { operation: 'hello', le: '+Inf' })).toBe(30);
      expect(first.sum('simplejwt_sessions_total', { step: 'opened' })).toBe(20);
      expect(first.sum('simplejwt_http_requests_in_flight')).toBe(0);

      await send(server, HELLO, 5); // which no scrape sees before the workers go
      process.kill(server.pid, 'SIGHUP');
      await server.printed('stdout', /"all workers were replaced"/);
      const second = await scrape(url);
      expect([signIns(second), hellos(second)]).toEqual([20, 35]);

      await send(server, HELLO, 7);
      const third = await scrape(url);
      expect([signIns(third), hellos(third)]).toEqual([20, 42]);
      expect(third.sum('simplejwt_operation_duration_seconds_count', { operation: 'hello' })).toBe(42);
      expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      expect(server.stderr()).toBe('');
      await expect(fetch(url)).rejects.toThrow('fetch failed');
    },
    90 * SECONDS,
  );

  test('with a port that is taken stop the start, and say so once', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    try {
      const { port } = other.address() as AddressInfo;
      const result = await runCli(['start'], {
        env: { ...stage.newPlace().env, PORT: '0', METRICS_PORT: String(port) },
      });
      const stderr = expect.stringMatching(new RegExp(`^METRICS_PORT: cannot listen on port ${port} [^\n]*\n$`));
      expect(result).toEqual({ code: 1, stdout: '', stderr });
    } finally {
      other.close();
    }
  });

  test('are shown by nobody where the first worker cannot start', async () => {
    const env = { ...stage.newPlace().env, PORT: '0', JWT_KEYS_DIR: '/nowhere', ...METRICS };
    const { code, stderr } = await runCli(['start'], { env });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^JWT_KEYS_DIR: [^\n]*\n$/)]);
  });
});

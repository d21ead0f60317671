import { beforeEach, describe, expect, test } from '@jest/globals';
import { Metrics } from '../../../src/server/metrics/metrics.ts';
import { Totals, type CountingProcess } from '../../../src/server/metrics/totals.ts';
import { seriesOf } from '../../support/registry.ts';
import { readScrape } from '../../support/scrape.ts';

/** A process that counts, and ends when it is told to. */
class Process implements CountingProcess {
  readonly metrics: Metrics;
  lastNumbers: readonly unknown[] = [];
  end: () => void = () => {};
  readonly ended = new Promise<void>((resolve) => {
    this.end = resolve;
  });

  constructor(now: number) {
    this.metrics = new Metrics(() => now);
  }
  async numbers(): Promise<readonly unknown[]> {
    // As they travel from process to process.
    this.lastNumbers = JSON.parse(JSON.stringify(await this.metrics.registry.getMetricsAsJSON())) as unknown[];
    return this.lastNumbers;
  }
  open(sessions: number): void {
    for (let each = 0; each < sessions; each += 1) this.metrics.tell({ kind: 'session_stepped', step: 'opened' });
  }
}

describe('the totals of several processes', () => {
  let totals: Totals;
  let one: Process;
  let other: Process;
  beforeEach(() => {
    totals = new Totals();
    [one, other] = [new Process(1_000_000), new Process(2_000_000)];
    for (const each of [one, other]) totals.follow(each);
  });
  const shown = async () => readScrape(await totals.metrics());
  const opened = async () => (await shown()).sum('simplejwt_sessions_total', { step: 'opened' });

  test('have all metrics that one has', async () => {
    const { text } = await shown();
    const names = Array.from(text.matchAll(/^# TYPE (\w+) (\w+)$/gm), ([, name, type]) => ({ name, type }));
    expect(names).toEqual(seriesOf(one.metrics.registry).map(({ name, type }) => ({ name, type })));
  });

  test('add up what is counted, and show of each state what matters', async () => {
    one.open(2);
    other.open(3);
    for (const { metrics } of [one, one, other]) metrics.tell({ kind: 'hash_queued' });
    for (const { metrics } of [one, other]) {
      metrics.tell({ kind: 'ring_read', isWhole: true });
      metrics.tell({ kind: 'keys_loaded', signingKid: () => 'the key' });
      await metrics.watch({ kind: 'hash' })(() => 'done');
    }
    const now = await shown();
    expect(now.sum('simplejwt_sessions_total', { step: 'opened' })).toBe(5);
    expect(now.sum('simplejwt_hash_duration_seconds_count')).toBe(2);
    expect(now.sum('simplejwt_hash_duration_seconds_bucket', { le: '+Inf' })).toBe(2);
    expect(now.sum('simplejwt_hash_queue_length')).toBe(2); // the longest
    expect(now.sum('simplejwt_key_ring_read_timestamp_seconds')).toBe(1000); // the one that looked longest ago
    expect(now.sum('simplejwt_key_ring_signing_key', { kid: 'the key' })).toBe(1);
    expect(now.sum('nodejs_version_info', { version: process.version })).toBe(1);
    expect(Math.abs(now.sum('process_start_time_seconds') - performance.timeOrigin / 1000)).toBeLessThan(2);
  });

  test('keep what a process counted that has ended, and not its state', async () => {
    one.open(2);
    one.metrics.tell({ kind: 'hash_queued' });
    await one.numbers();
    one.end();
    other.open(3);
    expect(await opened()).toBe(5);
    expect((await shown()).sum('simplejwt_hash_queue_length')).toBe(0);
    await other.numbers();
    other.end();
    const third = new Process(0);
    totals.follow(third);
    third.open(1);
    expect(await opened()).toBe(6);
  });

  test('count a process once that ends while it is asked', async () => {
    one.open(2);
    const numbers = one.numbers.bind(one);
    one.numbers = async () => {
      await numbers();
      one.end();
      await new Promise(setImmediate); // so that its end is known
      return one.lastNumbers;
    };
    expect(await opened()).toBe(2);
    expect(await opened()).toBe(2);
  });

  test('take nothing for numbers that is none', async () => {
    other.open(3);
    one.numbers = async () => [null, 'simplejwt_sessions_total', { name: 'simplejwt_sessions_total' }];
    expect(await opened()).toBe(3);
  });
});

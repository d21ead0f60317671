import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { natureOf } from '../../../src/graphql/operation.ts';
import { ALL_OPTIONS, buildAuthSchema } from '../../../src/graphql/optional.ts';
import { Metrics } from '../../../src/server/metrics/metrics.ts';
import { groupingOf, selectorsOf } from '../../support/promql.ts';
import { seriesOf } from '../../support/registry.ts';
import { scrape, type Scrape } from '../../support/scrape.ts';
import { ALL_ROOMS, startTestServer, type TestServer } from '../../support/server.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const read = (file: string) => readFileSync(join(import.meta.dirname, '../../..', file), 'utf8');
const dashboard = JSON.parse(read('deploy/grafana/dashboard.json')) as { readonly panels: readonly Panel[] };
const graphs = dashboard.panels.filter(({ type }) => type !== 'row');
const queries = graphs.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({ where: title, expr, legend: legendFormat })),
);
const alerts = Array.from(
  read('deploy/prometheus/alerts.yaml').matchAll(/- alert: (\w+)\n\s+expr: (?:\|\n((?: {10,}.*\n)+)|(.*))/g),
  ([, where = '', block, line]) => ({ where, expr: block ?? line ?? '' }),
);
const expressions = [...queries, ...alerts];

/** Labels that Prometheus adds to whatever it scrapes. */
const TARGET = ['job', 'instance'];
/** What Prometheus itself says of a target. */
const UP = { name: 'up', type: 'gauge', labels: [] };
const metrics = new Map(
  [UP, ...seriesOf(new Metrics(Date.now).registry)].flatMap(({ name, type, labels }) =>
    type === 'histogram'
      ? [
          [`${name}_bucket`, [...labels, 'le', ...TARGET]] as const,
          [`${name}_sum`, [...labels, ...TARGET]] as const,
          [`${name}_count`, [...labels, ...TARGET]] as const,
        ]
      : [[name, [...labels, ...TARGET]] as const],
  ),
);
const REASONS = Array.from(read('docs/errors.md').matchAll(/^\| `(\w+)` *\| `[A-Z_]+`/gm), ([, reason = '']) => reason);

describe('what the dashboard and the alerts ask for', () => {
  let server: TestServer;
  let shown: Scrape;
  beforeAll(async () => {
    server = await startTestServer('sqlite', { env: { ...ALL_ROOMS, METRICS_PORT: '0' } });
    await server.signIn();
    shown = await scrape(server.metricsUrl);
  });
  afterAll(() => server.remove());

  /** The values a label can have: those that a server shows, and all reasons for what is refused. */
  const valuesOf = (metric: string, label: string) => {
    const values = shown.samples.filter(({ name }) => name === metric).map(({ labels }) => labels[label] ?? '');
    return new Set(label === 'outcome' ? [...values, ...REASONS, 'internal_error'] : values);
  };

  test('is all there is to read', () => {
    expect([queries.length, alerts.length]).toEqual([51, 9]);
    expect(REASONS).toContain('store_unavailable');
  });

  test.each(expressions)('$where: metrics, labels and values that a server shows', ({ expr }) => {
    const selectors = selectorsOf(expr);
    expect(selectors.map(({ metric }) => metric).filter((metric) => !metrics.has(metric))).toEqual([]);
    const labels = new Set(selectors.flatMap(({ metric }) => metrics.get(metric) ?? []));
    expect(groupingOf(expr).filter((label) => !labels.has(label))).toEqual([]);
    for (const { metric, matchers } of selectors) {
      for (const { label, isPattern, value } of matchers) {
        expect(metrics.get(metric)).toContain(label);
        if (TARGET.includes(label)) continue;
        const known = Array.from(valuesOf(metric, label));
        for (const pattern of isPattern ? value.split('|') : [value])
          expect(
            known.filter((each) => (isPattern ? new RegExp(`^(${pattern})$`).test(each) : each === pattern)),
          ).not.toEqual([]);
      }
    }
  });

  test('shows what it keeps apart, and of the servers that are chosen', () => {
    for (const { expr, legend } of queries) {
      const shownLabels = Array.from(legend.matchAll(/\{\{(\w+)\}\}/g), ([, label = '']) => label);
      expect([
        expr,
        groupingOf(expr)
          .filter((label) => label !== 'le')
          .toSorted(),
      ]).toEqual([expr, shownLabels.toSorted()]);
      for (const { matchers } of selectorsOf(expr))
        expect(matchers.slice(0, 2).map(({ label, value }) => `${label}=${value}`)).toEqual([
          'job=$job',
          'instance=$instance',
        ]);
    }
  });

  test('counts as operations with a password all that check or store one, and no other', async () => {
    const schema = await buildAuthSchema(ALL_OPTIONS);
    const operations = [schema.getQueryType(), schema.getMutationType()].flatMap((root) =>
      Object.keys(root?.getFields() ?? {}).map((name) => ({ name, nature: natureOf(root, name) })),
    );
    const withPassword = operations.flatMap(({ name, nature }) => (nature?.credential === true ? [name] : []));
    const patterns = expressions.flatMap(({ expr }) =>
      selectorsOf(expr)
        .filter(({ metric }) => metric === 'simplejwt_operation_duration_seconds_bucket')
        .flatMap(({ matchers }) => matchers.filter(({ label }) => label === 'operation')),
    );
    expect(patterns).toHaveLength(7);
    for (const { value } of patterns)
      expect(operations.map(({ name }) => name).filter((name) => new RegExp(`^(?:${value})$`).test(name))).toEqual(
        withPassword,
      );
  });

  test('is every metric of our own, so that none is counted for nobody', () => {
    const used = new Set(expressions.flatMap(({ expr }) => selectorsOf(expr).map(({ metric }) => metric)));
    const own = seriesOf(new Metrics(Date.now).registry).filter(({ name }) => name.startsWith('simplejwt_'));
    expect(own.filter(({ name }) => ![name, `${name}_bucket`].some((each) => used.has(each)))).toEqual([]);
  });
});

describe('the panels of the dashboard', () => {
  test('have ids of their own, and neither overlap nor stick out', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const taken = new Set<string>();
    for (const {
      title,
      gridPos: { x, y, w, h },
    } of dashboard.panels) {
      expect([title, x + w]).toEqual([title, Math.min(x + w, 24)]);
      for (let left = x; left < x + w; left += 1)
        for (let top = y; top < y + h; top += 1) {
          expect([title, taken.has(`${left}/${top}`)]).toEqual([title, false]);
          taken.add(`${left}/${top}`);
        }
    }
  });

  test.each(graphs)('$title has a unit and says what to do', ({ description = '', fieldConfig, targets = [] }) => {
    expect(fieldConfig?.defaults.unit).toMatch(/^\w+$/);
    expect(description).toMatch(/^.{60,}[.]$/);
    expect(targets).not.toEqual([]);
  });
});

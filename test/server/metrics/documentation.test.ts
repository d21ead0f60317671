import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Metrics } from '../../../src/server/metrics/metrics.ts';
import { seriesOf } from '../../support/registry.ts';

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../../docs/metrics.md'), 'utf8');
const ROW = /^\| `(\w+)` *\| (counter|gauge|histogram) *\| ([^|]*?) *\| [^|]+ \|$/gm;

test('docs/metrics.md names all metrics that are served, their types and their labels, and no other', () => {
  const documented = Array.from(DOCUMENT.matchAll(ROW), ([, name, type, labels = '']) => ({
    name,
    type,
    labels: labels.replaceAll('`', '').split(', ').filter(Boolean),
  }));
  const served = seriesOf(new Metrics(Date.now).registry).map(({ name, type, labels }) => ({ name, type, labels }));
  expect(documented).toEqual(served);
  expect(served.length).toBeGreaterThan(40);
});

import type { Aggregator, Metric, Registry } from 'prom-client';
import type { Sample, Series } from './series.ts';

/** What a metric is. */
export interface FamilyOptions<Kind extends Series> {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labelNames?: readonly string[];
  readonly make: () => Kind;
  /** How the values of several processes become one. Default: they are added up. */
  readonly aggregator?: Aggregator;
  /** Brings the series up to date before they are read. */
  readonly collect?: (family: Family<Kind>) => void;
}

/**
 * A metric with all its series. In place of prom-client's own, which look labels up by a text at each observation: here
 * who counts keeps the series, and the registry reads its numbers when it is scraped.
 */
export class Family<Kind extends Series> {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labelNames: readonly string[];
  readonly #options: FamilyOptions<Kind>;
  readonly #series = new Map<string, { readonly labels: Sample['labels']; readonly series: Kind }>();

  constructor(options: FamilyOptions<Kind>) {
    this.#options = options;
    this.name = options.name;
    this.help = options.help;
    this.type = options.type;
    this.labelNames = options.labelNames ?? [];
  }

  /** The series of these label values, in the order of the names; the first call makes it. */
  of(...values: readonly string[]): Kind {
    const key = values.join('\n');
    const found = this.#series.get(key);
    if (found) return found.series;
    const series = this.#options.make();
    const labels = Object.fromEntries(this.labelNames.map((name, index) => [name, values[index] ?? '']));
    this.#series.set(key, { labels, series });
    return series;
  }

  clear(): void {
    this.#series.clear();
  }

  /** As prom-client's registry asks for it. */
  get() {
    const { name, help, type } = this;
    this.#options.collect?.(this);
    const values = Array.from(this.#series.values(), ({ labels, series }) => series.samples(name, labels)).flat();
    return { name, help, type, values, aggregator: this.#options.aggregator ?? 'sum' };
  }

  /** The registry takes whatever has a name and `get`, as it does with what it aggregates itself; its type names more. */
  registerIn(registry: Registry): this {
    registry.registerMetric(this as unknown as Metric);
    return this;
  }
}

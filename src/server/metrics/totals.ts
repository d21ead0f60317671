import { AggregatorRegistry, Registry, type Aggregator } from 'prom-client';

/** How long a scrape waits for a process; Prometheus itself waits for ten seconds. */
const ANSWER_LIMIT_MS = 2000;

/** A process that counts by itself. */
export interface CountingProcess {
  readonly ended: Promise<unknown>;
  /** What it counted, as it was told last. */
  readonly lastNumbers: readonly unknown[];
  /** What it counted until now; what it told last where it ends, or takes longer than `limit` milliseconds. */
  numbers(limit: number): Promise<readonly unknown[]>;
}

interface Metric {
  readonly name: string;
  readonly type: string;
  readonly values: readonly object[];
}

/** Of prom-client's own gauges, those that are not added up as prom-client would have it, or that it would leave out. */
const AGGREGATORS: Readonly<Record<string, Aggregator>> = {
  process_start_time_seconds: 'min',
  // The worst worker matters here; an average would hide one that is blocked.
  nodejs_eventloop_lag_seconds: 'max',
  nodejs_eventloop_lag_mean_seconds: 'max',
  nodejs_eventloop_lag_stddev_seconds: 'max',
  nodejs_eventloop_lag_p50_seconds: 'max',
  nodejs_eventloop_lag_p90_seconds: 'max',
  nodejs_eventloop_lag_p99_seconds: 'max',
};

/**
 * Adds up what several processes count. Those that have ended still count, with what they told last, so that no counter
 * falls when a process is replaced; their gauges go with them.
 */
export class Totals {
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly #processes = new Set<CountingProcess>();
  readonly #answerLimit: number;
  #ended: readonly Metric[] = [];

  constructor({ answerLimit = ANSWER_LIMIT_MS }: { readonly answerLimit?: number } = {}) {
    this.#answerLimit = answerLimit;
  }

  /** Counts a process in, for good. */
  follow(process: CountingProcess): void {
    this.#processes.add(process);
    void process.ended.then(() => {
      this.#processes.delete(process);
      const counts = metricsIn(process.lastNumbers).filter(({ type }) => type !== 'gauge');
      this.#ended = metricsIn(added([this.#ended, counts]).getMetricsAsArray());
    });
  }

  /** The text that is scraped. */
  async metrics(): Promise<string> {
    const ended = this.#ended; // read first: a process that ends during the scrape must not count twice
    const living = Array.from(this.#processes, (process) => process.numbers(this.#answerLimit));
    const numbers = await Promise.all(living);
    return added([...numbers.map(metricsIn), ended]).metrics();
  }
}

function added(several: readonly (readonly Metric[])[]): Registry {
  const known = several.map((metrics) =>
    metrics.map((metric) => {
      const aggregator = AGGREGATORS[metric.name];
      return aggregator === undefined ? metric : { ...metric, aggregator };
    }),
  );
  return AggregatorRegistry.aggregate(known);
}

/** The metrics among what a process told, as prom-client's `getMetricsAsJSON` makes them. */
function metricsIn(numbers: readonly unknown[]): Metric[] {
  return numbers.filter(isMetric);
}

function isMetric(value: unknown): value is Metric {
  if (typeof value !== 'object' || value === null) return false;
  return 'name' in value && 'type' in value && 'values' in value && Array.isArray(value.values);
}

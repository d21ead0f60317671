/** The labels of a series, and the value it has. */
export interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What is kept of a metric under one set of label values: plain numbers, for it is written at every request. */
export interface Series {
  samples(name: string, labels: Sample['labels']): Sample[];
}

/** A number: a count, or a state. */
export class Value implements Series {
  value = 0;

  samples(metricName: string, labels: Sample['labels']): Sample[] {
    return [{ metricName, labels, value: this.value }];
  }
}

/** How many durations were at most so long. */
export class Durations implements Series {
  readonly #bounds: readonly number[];
  /** One for each bound, and one for what is longer than all. */
  readonly #counts: number[];
  #sum = 0;

  /** @param bounds in seconds, ascending */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = [...bounds.map(() => 0), 0];
  }

  observe(seconds: number): void {
    let index = 0;
    for (const bound of this.#bounds) {
      if (seconds <= bound) break;
      index += 1;
    }
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sum += seconds;
  }

  samples(name: string, labels: Sample['labels']): Sample[] {
    let count = 0;
    const buckets = this.#counts.map((more, index) => {
      count += more;
      const le = String(this.#bounds[index] ?? '+Inf');
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: this.#sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}

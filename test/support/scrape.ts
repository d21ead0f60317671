/** One line of what is scraped. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a server showed at one moment. */
export class Scrape {
  constructor(
    readonly text: string,
    readonly samples: readonly Sample[],
  ) {}

  /** The sum of the samples of a name that have these labels; 0 where there are none. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const wanted = Object.entries(labels);
    const found = this.samples.filter(
      (sample) => sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value),
    );
    return found.reduce((sum, { value }) => sum + value, 0);
  }
}

const LINE = /^([a-z_]\w*)(?:\{(.*)\})? ([+-]?Inf|Nan|[\d.e+-]+)$/; // prom-client's way to write NaN

/** Reads Prometheus' text format; throws for a line that is not of it. */
export function readScrape(text: string): Scrape {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('# '));
  const samples = lines.map((line) => {
    const [, name = '', labels = '', value = ''] = LINE.exec(line) ?? [];
    if (name === '') throw new Error(`no sample: ${line}`);
    const pairs = Array.from(labels.matchAll(/(\w+)="([^"]*)"/g), ([, label = '', text = '']) => [label, text]);
    return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) };
  });
  return new Scrape(text, samples);
}

/** Scrapes a server, as Prometheus does. */
export async function scrape(url: string | null): Promise<Scrape> {
  const response = await fetch(url ?? '');
  if (response.status !== 200) throw new Error(`answered ${response.status}`);
  return readScrape(await response.text());
}

import type { Registry } from 'prom-client';

/** A metric of a registry. */
export interface RegisteredMetric {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
}

/** What a registry serves. */
export function seriesOf(registry: Registry): RegisteredMetric[] {
  return registry.getMetricsAsArray().map((metric) => {
    const { name, type, labelNames } = metric as unknown as RegisteredMetric & { readonly labelNames: string[] };
    return { name, type, labels: labelNames };
  });
}

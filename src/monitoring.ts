import type { Clock } from './clock.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { ServerSettings } from './settings/settings-table.ts';

/** What watches a server: null without `METRICS_PORT`; then no part is watched, which costs nothing. */
export async function createMetrics(
  { metricsPort }: Pick<ServerSettings, 'metricsPort'>,
  clock: Clock,
): Promise<Metrics | null> {
  if (metricsPort === undefined) return null;
  const { Metrics } = await import('./metrics/metrics.ts');
  return new Metrics(clock);
}

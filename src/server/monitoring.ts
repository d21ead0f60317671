import type { Clock } from '../contracts/clock.ts';
import type { ServerSettings } from '../contracts/settings/settings-table.ts';
import { driverOf } from '../stores/open-store.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { MetricsServer, MetricsServerOptions } from './metrics/metrics-server.ts';
import type { Totals } from './metrics/totals.ts';
import type { Traces } from './traces/traces.ts';

type MetricsSettings = Pick<ServerSettings, 'metricsPort' | 'metricsHost'>;

/** What watches a server: null without `METRICS_PORT`; then no part is watched, which costs nothing. */
export async function createMetrics(
  { metricsPort }: Pick<ServerSettings, 'metricsPort'>,
  clock: Clock,
): Promise<Metrics | null> {
  if (metricsPort === undefined) return null;
  const { Metrics } = await import('./metrics/metrics.ts');
  return new Metrics(clock);
}

/** Where OpenTelemetry's API keeps what an SDK registers. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

/** What traces a server: null where no OpenTelemetry SDK was loaded; then no part is traced, which costs nothing. */
export async function createTraces(settings: Pick<ServerSettings, 'mongodbUri' | 'dataDir'>): Promise<Traces | null> {
  if (!(REGISTERED in globalThis)) return null; // without loading the API, which would find nothing
  const { hasSdk, Traces } = await import('./traces/traces.ts');
  return hasSdk() ? new Traces(driverOf(settings).name) : null;
}

/**
 * Opens `METRICS_PORT`; null without one.
 *
 * @throws SettingsError if it cannot be listened on
 */
export async function openMetricsPort(
  { metricsPort: port, metricsHost: host }: MetricsSettings,
  what: Pick<MetricsServerOptions, 'scrape' | 'report'>,
): Promise<MetricsServer | null> {
  if (port === undefined) return null;
  const { serveMetrics } = await import('./metrics/metrics-server.ts');
  return serveMetrics({ port, host, ...what });
}

/**
 * Shows at `METRICS_PORT` what several processes count together; null without one.
 *
 * @throws SettingsError if it cannot be listened on
 */
export async function openTotals(
  settings: MetricsSettings,
  report: (error: unknown) => void,
): Promise<(MetricsServer & Pick<Totals, 'follow'>) | null> {
  if (settings.metricsPort === undefined) return null;
  const { Totals } = await import('./metrics/totals.ts');
  const totals = new Totals();
  const server = await openMetricsPort(settings, { scrape: totals, report });
  return server && { ...server, follow: (process) => totals.follow(process) };
}

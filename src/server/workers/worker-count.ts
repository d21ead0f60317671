import { availableParallelism } from 'node:os';
import { SettingsError } from '../../contracts/settings/settings.ts';
import type { ServerSettings } from '../../contracts/settings/settings-table.ts';
import { driverOf } from '../../stores/open-store.ts';

/**
 * How many workers the settings ask for; where processes cannot share the store, `auto` is one.
 *
 * @throws SettingsError where several cannot share the store
 */
export function workerCount(settings: Pick<ServerSettings, 'workers' | 'mongodbUri' | 'dataDir'>): number {
  const { workers } = settings;
  const { isShared } = driverOf(settings);
  if (workers === 'auto') return isShared ? availableParallelism() : 1;
  if (workers === 1 || isShared) return workers;
  throw new SettingsError([
    `WORKERS: got ${workers} with SQLite, which only one server process can use; expected 1 or auto, or a MONGODB_URI, which processes can share.`,
  ]);
}

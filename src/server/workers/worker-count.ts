import { availableParallelism } from 'node:os';
import type { ServerSettings } from '../../contracts/settings/settings-table.ts';

/** How many workers the settings ask for; with the store of one process, `auto` is one. */
export function workerCount({ workers, mongodbUri }: Pick<ServerSettings, 'workers' | 'mongodbUri'>): number {
  if (workers !== 'auto') return workers;
  return mongodbUri === undefined ? 1 : availableParallelism();
}

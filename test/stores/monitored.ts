import mongoose, { type Connection } from 'mongoose';
import type { Store } from '../../src/contracts/store/store.ts';
import type { Place } from '../support/stores.ts';
import { openAt } from './records.ts';

/** Opens a store on MongoDB whose client tells what it sends, as `commandStarted`. */
export async function openMonitored(place: Place): Promise<{ readonly store: Store; readonly connection: Connection }> {
  const uri = new URL(place.options.mongodbUri ?? '');
  uri.searchParams.set('monitorCommands', 'true');
  const store = await openAt({ ...place, options: { ...place.options, mongodbUri: uri.toString() } });
  const connection = mongoose.connections.at(-1);
  if (connection === undefined) throw new Error('expected the connection of the store');
  return { store, connection };
}

import type { Connection } from 'mongoose';

/** Takes a database from one version to the next. It may run again after it was cut off, and ends the same. */
export type Migration = (connection: Connection) => Promise<void>;

/** The version of a database that no migration has changed, and of those from before versions were written down. */
export const FIRST_VERSION = 1;

/**
 * What takes a database from each version to the next, beginning with the first. What was released never changes.
 * Servers of the version before go on while and after it runs: it adds, and neither renames nor removes.
 */
export const MIGRATIONS: readonly Migration[] = [];

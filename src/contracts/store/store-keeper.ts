import type { SchemaVersions } from './schema-version.ts';

/** Maintenance of the store as a whole. Nothing here migrates a store. */
export interface StoreKeeper {
  /** @throws StoreRefusal if there is no store, StoreUnavailable if it does not answer */
  version(): Promise<SchemaVersions>;
  /**
   * Writes all that is stored at one moment into a new file, while servers go on.
   *
   * @throws StoreRefusal if that cannot be, for instance because the file is there
   */
  backup(file: string): Promise<StoreContents>;
  /**
   * Puts a backup in the place of the store, once it is known to be whole. At every moment there is the former store or
   * the restored one.
   *
   * @throws StoreRefusal if that cannot be, and then the store is as it was
   */
  restore(file: string, options: RestoreOptions): Promise<Restoration>;
}

/** What a store holds. */
export interface StoreContents {
  readonly version: number;
  readonly users: number;
  /** Those that have ended included, until they are removed. */
  readonly sessions: number;
}

export interface RestoreOptions {
  /** Whether a store that is there gives way; it is kept under another name. */
  readonly force: boolean;
  /** Whether to end all sessions of the backup, so that no token from before works any more. */
  readonly endSessions: boolean;
}

/** What was restored. */
export interface Restoration extends StoreContents {
  readonly store: string;
  /** Where the former store is now, if there was one. */
  readonly former: string | null;
  /** How many sessions were ended. */
  readonly ended: number;
}

/** What was asked of a store cannot be done; the message says what is in the way, and what to do. */
export class StoreRefusal extends Error {
  override name = 'StoreRefusal';
}

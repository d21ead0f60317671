import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StoreUnavailable } from '../../contracts/errors.ts';
import { refuseNewerSchema } from '../../contracts/store/schema-version.ts';
import { StoreRefusal, type StoreContents } from '../../contracts/store/store-keeper.ts';
import type { SqliteDatabase } from './database.ts';
import { MIGRATIONS } from './migrations.ts';
import { openAsItIs } from './open-database.ts';

/**
 * Works on the database in a file, as it is.
 *
 * @throws StoreUnavailable if it cannot be read
 */
export function withFile<Result>(file: string, work: (database: SqliteDatabase) => Result): Result {
  const database = openAsItIs(file);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** Which version the schema has: the number of its migrations. */
export function versionOf(database: SqliteDatabase): number {
  return Number(database.prepare('PRAGMA user_version').get()?.[0]);
}

/** @throws NewerSchema, and StoreUnavailable if this is the database of another program */
export function contentsOf(database: SqliteDatabase): StoreContents {
  const version = versionOf(database);
  refuseNewerSchema(version, MIGRATIONS.length);
  const count = (table: string) => Number(database.prepare(`SELECT count(*) FROM ${table}`).get()?.[0]);
  return { version, users: count('users'), sessions: count('sessions') };
}

/** A name beside a file for what is not whole yet. It is new each time: in containers, each process may have the same id. */
export const draftOf = (file: string): string => join(dirname(file), `.${basename(file)}.${randomUUID()}.partial`);

/** Removes a draft and what SQLite has beside it. Where that fails, what led there has failed too, and is what to tell. */
export function removeDraft(draft: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) {
    try {
      rmSync(`${draft}${suffix}`, { force: true });
    } catch {} // for instance where a file is in the place of the folder
  }
}

/** Waits until a file, or what a folder says of its files, is on the disk. */
export function flushToDisk(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** @throws StoreRefusal if there is no such file */
export function expectFile(file: string, advice: string): void {
  if (!existsSync(file)) throw new StoreRefusal(`There is no file ${file}. ${advice}`);
}

/** The message of an error, as the system or library worded it. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof StoreUnavailable ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

/** SQLite's code for what went wrong, such as `SQLITE_BUSY`, or that of the operating system, such as `ENOSPC`. */
export function codeOf(error: unknown): unknown {
  const cause = error instanceof StoreUnavailable ? error.cause : error;
  return cause instanceof Error && 'code' in cause ? cause.code : null;
}

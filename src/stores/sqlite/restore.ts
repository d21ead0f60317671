import { constants, copyFileSync, existsSync, chmodSync, linkSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  StoreRefusal,
  type Restoration,
  type RestoreOptions,
  type StoreContents,
} from '../../contracts/store/store-keeper.ts';
import type { SqliteDatabase } from './database.ts';
import { codeOf, contentsOf, draftOf, expectFile, flushToDisk, reasonOf, removeDraft, withFile } from './store-file.ts';

const REASON = 'revoked';

/**
 * Replaces a store by a backup. A copy is checked first and then renamed into place, atomically.
 *
 * @throws StoreRefusal
 */
export function restore(store: string, file: string, { force, endSessions }: RestoreOptions): Restoration {
  expectFile(file, 'Name a file that `store backup` has written.');
  refuseLogOf(file, `${file} was copied while something wrote to it: use a file that \`store backup\` has written.`);
  if (existsSync(store) && !force) {
    throw new StoreRefusal(`There is a store ${store}. With --force it is kept under another name.`);
  }
  const draft = draftOf(store);
  try {
    mkdirSync(dirname(store), { recursive: true, mode: 0o700 });
    copyFileSync(file, draft, constants.COPYFILE_EXCL);
    chmodSync(draft, 0o600);
    const contents = checked(file, draft);
    const ended = endSessions ? withFile(draft, endAll) : 0;
    flushToDisk(draft);
    const former = putInPlace(store, draft);
    flushToDisk(dirname(store));
    return { store, ...contents, ended, former };
  } catch (error) {
    if (error instanceof StoreRefusal) throw error;
    throw new StoreRefusal(`${file} was not restored: ${reasonOf(error)}.`, { cause: error });
  } finally {
    removeDraft(draft);
  }
}

/** @throws StoreRefusal if what was copied is damaged, of a newer program or no store at all */
function checked(file: string, draft: string): StoreContents {
  try {
    return withFile(draft, (database) => {
      database.prepare('PRAGMA journal_mode = DELETE').get(); // all of it in one file
      const found = String(database.prepare('PRAGMA integrity_check(1)').get()?.[0]);
      if (found !== 'ok') throw new Error(found.replaceAll(/\s+/g, ' '));
      return contentsOf(database);
    });
  } catch (error) {
    const advice = 'Use a file that `store backup` of this program, or of an older one, has written';
    throw new StoreRefusal(`${file} cannot be restored: ${reasonOf(error)}. ${advice}.`, { cause: error });
  }
}

function endAll(database: SqliteDatabase): number {
  // Tokens of no session are told by when they were issued. A store of an older version has no place for that.
  const hasPlace = database.prepare("SELECT 1 FROM pragma_table_info('users') WHERE name = 'sessionless_after'").get();
  if (hasPlace !== undefined) database.prepare('UPDATE users SET sessionless_after = ?').run(Date.now());
  return database
    .prepare('UPDATE sessions SET revoked_at = ?, revoked_reason = ? WHERE revoked_at IS NULL')
    .run(Date.now(), REASON);
}

/** Gives the draft the store's name; resolves to where a former store is now. */
function putInPlace(store: string, draft: string): string | null {
  if (!existsSync(store)) {
    refuseLogOf(
      store,
      `${store} does not exist, but its log does: move the log away, or it would be mixed into the backup.`,
    );
    linkSync(draft, store); // unlike renaming, it does not replace a store that a server has made meanwhile
    return null;
  }
  const former = `${store}.${new Date().toISOString().replaceAll(':', '-')}`;
  whileNobodyHasIt(store, () => {
    linkSync(store, former);
    renameSync(draft, store);
  });
  return former;
}

/** Does something while no other process has the store open, nor can open it. */
function whileNobodyHasIt(store: string, work: () => void): void {
  try {
    withFile(store, (database) => {
      // SQLite leaves the write-ahead log only for the last connection, and then the file is all there is of the store.
      database.prepare('PRAGMA journal_mode = DELETE').get();
      database.transaction(work);
    });
  } catch (error) {
    if (codeOf(error) !== 'SQLITE_BUSY') throw error;
    throw new StoreRefusal(`The store ${store} is in use. Stop the servers and commands that use it, and try again.`, {
      cause: error,
    });
  }
}

function refuseLogOf(file: string, refusal: string): void {
  if (existsSync(`${file}-wal`) || existsSync(`${file}-journal`)) throw new StoreRefusal(refusal);
}

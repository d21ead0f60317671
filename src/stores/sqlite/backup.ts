import { closeSync, linkSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreRefusal, type StoreContents } from '../../contracts/store/store-keeper.ts';
import { codeOf, contentsOf, draftOf, expectFile, flushToDisk, reasonOf, removeDraft, withFile } from './store-file.ts';

/**
 * Writes what a store holds at one moment into a new file for the owner alone. Servers go on reading and writing: it
 * reads from a snapshot (https://sqlite.org/lang_vacuum.html#vacuuminto).
 *
 * @throws StoreRefusal
 */
export function backUp(store: string, file: string): StoreContents {
  expectFile(store, 'DATA_DIR must name the folder of the store that is to be backed up.');
  const draft = draftOf(file);
  try {
    // SQLite fills an empty file, and would make one that others can read.
    closeSync(openSync(draft, 'wx', 0o600));
    withFile(store, (database) => {
      contentsOf(database);
      database.prepare('VACUUM INTO ?').run(draft);
    });
    const contents = withFile(draft, contentsOf);
    flushToDisk(draft);
    linkSync(draft, file); // unlike renaming, it never replaces a file
    flushToDisk(dirname(file));
    return contents;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw taken(file, error);
    throw new StoreRefusal(`${file} was not written: ${reasonOf(error)}.`, { cause: error });
  } finally {
    removeDraft(draft);
  }
}

const taken = (file: string, cause: unknown): StoreRefusal =>
  new StoreRefusal(`${file} exists already and is not overwritten. Choose another name.`, { cause });

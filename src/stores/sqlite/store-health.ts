import { statSync } from 'node:fs';
import { StoreUnavailable } from '../../contracts/errors.ts';
import { StoreFault, type OnStoreFault, type StoreProblem } from '../../contracts/store/store-fault.ts';

/** SQLite's own: the database, its write-ahead log, and the index of that, through which processes share locks. */
const SUFFIXES = ['', '-wal', '-shm'] as const;
/** In this order: with another file in its place, what is wrong with writing no longer matters. */
const ORDER: readonly StoreProblem[] = ['was deleted or replaced', 'is damaged', 'cannot be written'];
/** What SQLite says of the file and the disk. All else is about one statement. */
const OF_THE_FILE = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|PERM|AUTH|BUSY|LOCKED|PROTOCOL|NOMEM|NOLFS)/;
const OF_DAMAGE = /^SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ|IOERR_CORRUPTFS)/;

/** What is known of an open file: whether it still is the one with its name, can be written, and is whole. */
export class StoreHealth {
  readonly #file: string;
  readonly #opened: readonly (string | null)[];
  readonly #onFault: OnStoreFault;
  readonly #faults = new Map<StoreProblem, StoreFault>();
  #lastWrite = -Infinity;
  /** Whether the names lead to the files that were opened, as it was found last. */
  isOwnFile = true;

  /** Of a file that was opened just now. */
  constructor(file: string, onFault: OnStoreFault = () => {}) {
    this.#file = file;
    this.#opened = this.#inodes();
    this.#onFault = onFault;
  }

  /** What is wrong now, if anything is. */
  get fault(): StoreFault | null {
    for (const problem of ORDER) {
      const fault = this.#faults.get(problem);
      if (fault !== undefined) return fault;
    }
    return null;
  }

  /** Whether something was written, and nothing refused since, within so many milliseconds. */
  hasWrittenWithin(milliseconds: number): boolean {
    return !this.#faults.has('cannot be written') && performance.now() - this.#lastWrite < milliseconds;
  }

  /** @throws StoreUnavailable where the names lead to other files than those that are open */
  expectOwnFile(): void {
    if (!this.isOwnFile) throw new StoreUnavailable(this.#faults.get('was deleted or replaced'));
  }

  /**
   * Looks which files the names lead to. SQLite goes on with those it has open when their names are given to others. An inode
   * that is open is not given to another file. Returns whether the log alone has lost its name.
   */
  look(): boolean {
    const now = this.#inodes();
    const changed = SUFFIXES.filter((_, index) => now[index] !== this.#opened[index]);
    this.isOwnFile = changed.length === 0;
    if (this.isOwnFile) {
      if (this.#faults.size > 0) this.#clear('was deleted or replaced');
      return false;
    }
    const names = changed.map((suffix) => `${this.#file}${suffix}`).join(', ');
    this.#set(
      'was deleted or replaced',
      `${names}: deleted or replaced while the store was open. Nothing is read or written until the same files are back ` +
        'under these names; to use what is there now, restart the server',
    );
    return changed.length === 1 && changed[0] === '-wal' && now[1] === null;
  }

  #inodes(): (string | null)[] {
    // Of an emptied database as if there were none: one that was opened has a page. Its log may be empty.
    return SUFFIXES.map((suffix) => inodeOf(`${this.#file}${suffix}`, suffix === '' ? 1n : 0n));
  }

  /** Notes that a transaction is on the disk. */
  noteWritten(): void {
    this.#lastWrite = performance.now();
    if (this.#faults.size > 0) this.#clear('cannot be written');
  }

  /** Notes why something could not be done, where that is the file's fault. */
  noteFailure(error: unknown): void {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = error instanceof Error ? error.message : '';
    if (OF_DAMAGE.test(code)) return this.noteDamage(reason);
    if (OF_THE_FILE.test(code)) {
      this.#set(
        'cannot be written',
        `${this.#file} cannot be written: ${reason}. See "A full disk" in docs/runbook.md`,
      );
    }
  }

  /** Notes what a check of the pages has found. */
  noteDamage(found: string): void {
    const what = found.replaceAll(/\s+/g, ' ').slice(0, 200);
    this.#set('is damaged', `${this.#file} is damaged: ${what}. See "A damaged store" in docs/runbook.md`);
  }

  /** Notes that a check of all pages has found nothing. */
  noteWhole(): void {
    this.#clear('is damaged');
  }

  #set(problem: StoreProblem, message: string): void {
    if (this.#faults.get(problem)?.message === message) return;
    this.#change(() => this.#faults.set(problem, new StoreFault(problem, message)));
  }

  #clear(problem: StoreProblem): void {
    if (this.#faults.has(problem)) this.#change(() => this.#faults.delete(problem));
  }

  /** Tells what is wrong, once for each problem. */
  #change(work: () => void): void {
    const before = this.fault?.problem;
    work();
    const { fault } = this;
    if (fault?.problem !== before) this.#onFault(fault);
  }
}

/** What tells a file from all others of the machine; null if there is none of at least this size. */
export function inodeOf(path: string, least = 0n): string | null {
  try {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    return found === undefined || found.size < least ? null : `${found.dev}:${found.ino}`;
  } catch {
    return null; // its folder is gone, or cannot be entered
  }
}

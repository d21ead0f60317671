import type { Clock } from '../../contracts/clock.ts';
import type { AccountImport, AccountOutcome } from '../../core/users/account-import.ts';
import { DumpError, type DumpRow } from './dump.ts';
import type { Watcher } from './report.ts';
import { readRow, userRowReader, type DumpedUser, type UserModel } from './rows.ts';

/** Rows that are written at once: few waits for the disk, and a server beside it does not wait long either. */
const BATCH = 500;

/** How an import of users went. */
export interface UserSummary {
  readonly rows: number;
  readonly imported: number;
  /** The same id and name were there; nothing of them was changed. */
  readonly alreadyThere: number;
  /** Were refused; see the remarks. */
  readonly bad: number;
  /** Have no password in Django, or one whose hash cannot be read here: they sign in once they are given one. */
  readonly withoutPassword: number;
  readonly otherModels: number;
  /** Were imported as active because their rows have no `is_active`: the model may compute it from another field. */
  readonly activeByDefault: number;
  /** Fields for which there is no place here, and how many of the accounts had something in them. */
  readonly leftOut: Readonly<Record<string, number>>;
}

interface Waiting extends DumpedUser {
  readonly row: number;
}

type Counts = { -readonly [Name in keyof Omit<UserSummary, 'leftOut'>]: number };

/** What the import needs. */
export interface UserImportParts {
  readonly accounts: AccountImport;
  readonly watcher: Watcher;
  readonly clock: Clock;
}

/** Imports what `manage.py dumpdata auth.user` writes. */
export class UserImport {
  readonly #parts: UserImportParts;
  readonly #counts: Counts = {
    rows: 0,
    imported: 0,
    alreadyThere: 0,
    bad: 0,
    withoutPassword: 0,
    otherModels: 0,
    activeByDefault: 0,
  };
  readonly #leftOut = new Map<string, number>();
  #waiting: Waiting[] = [];

  constructor(parts: UserImportParts) {
    this.#parts = parts;
  }

  /**
   * Takes the rows in order. Run again after it has failed, it meets those it has taken, and goes on.
   *
   * @throws DumpError, StoreUnavailable, RangeError if there is no such time zone
   */
  async run(rows: AsyncIterable<DumpRow>, userModel: UserModel): Promise<UserSummary> {
    const { model } = userModel;
    const readUser = userRowReader(userModel);
    const others = new Set<string>();
    try {
      for await (const { row, value } of rows) {
        this.#counts.rows += 1;
        const reading = readRow(value);
        if ('problem' in reading) this.#refuse(row, null, reading.problem);
        else if (reading.value.model === model) {
          const user = readUser(reading.value, new Date(this.#parts.clock()));
          if ('problem' in user) this.#refuse(row, reading.value.pk, user.problem);
          else this.#waiting.push({ row, ...user.value });
        } else {
          this.#counts.otherModels += 1;
          others.add(reading.value.model);
        }
        if (this.#waiting.length >= BATCH) await this.#flush();
      }
    } finally {
      await this.#flush(); // also what came before the place where the dump breaks off
    }
    if (this.#counts.rows > 0 && this.#counts.otherModels === this.#counts.rows) {
      const names = [...others].slice(0, 10).map((name) => JSON.stringify(name));
      throw new DumpError(
        `The dump has no row of the model "${model}", but of ${names.join(', ')}. Name that of your users with --model.`,
      );
    }
    return { ...this.#counts, leftOut: Object.fromEntries(this.#leftOut) };
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    const outcomes = await this.#parts.accounts.add(batch.map(({ account }) => account));
    batch.forEach((waiting, index) => {
      const outcome = outcomes[index];
      if (outcome !== undefined) this.#note(waiting, outcome);
    });
    this.#parts.watcher.progress(this.#counts.rows);
  }

  #note({ row, account, leftOut, activeByDefault }: Waiting, outcome: AccountOutcome): void {
    const remark = (text: string) => this.#parts.watcher.remark({ row, pk: account.id, text });
    if (outcome.outcome === 'refused') return this.#refuse(row, account.id, outcome.problem);
    for (const field of leftOut) this.#leftOut.set(field, (this.#leftOut.get(field) ?? 0) + 1);
    if (outcome.outcome === 'present') {
      this.#counts.alreadyThere += 1;
      const { differences } = outcome;
      if (differences.length > 0) remark(`exists already and was not changed; differs in ${differences.join(' and ')}`);
      return;
    }
    this.#counts.imported += 1;
    if (activeByDefault) this.#counts.activeByDefault += 1;
    if (outcome.lacks !== undefined) remark(`was imported without ${outcome.lacks}`);
    const kind = this.#parts.accounts.kindOf(account);
    if (kind !== 'readable') this.#counts.withoutPassword += 1;
    if (kind === 'unknown') {
      remark('was imported, but its password hash is of an unsupported kind; set a password with `users set-password`');
    }
  }

  #refuse(row: number, pk: string | null, text: string): void {
    this.#counts.bad += 1;
    this.#parts.watcher.remark({ row, pk, text: `was refused: ${text}` });
  }
}

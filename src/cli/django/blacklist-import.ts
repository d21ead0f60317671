import type { Clock } from '../../contracts/clock.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { Blacklist, BlacklistEntry } from '../../contracts/store/store.ts';
import type { DumpRow } from './dump.ts';
import type { Watcher } from './report.ts';
import { readBlacklisted, readOutstanding, readRow, type DumpedRow } from './rows.ts';

const BATCH = 500;
const OUTSTANDING = 'token_blacklist.outstandingtoken';
const BLACKLISTED = 'token_blacklist.blacklistedtoken';

/** What an import asks of a blacklist. */
export type BlacklistTarget = Pick<Blacklist, 'addMany'>;

/** How an import of tokens went. */
export interface TokenSummary {
  readonly rows: number;
  /** Refresh tokens that Django has issued. Nothing is stored for them, as tokens are self-contained. */
  readonly outstanding: number;
  readonly blacklisted: number;
  /** Were in the blacklist before. */
  readonly alreadyThere: number;
  /** Blacklisted tokens that are refused anyway, because they have expired. */
  readonly expired: number;
  /** Were refused; see the remarks. */
  readonly bad: number;
  readonly otherModels: number;
}

/** A blacklisted token whose outstanding one has not been met yet. */
interface Pending {
  readonly row: number;
  readonly pk: string;
  readonly token: string;
  readonly blacklistedAt: Date;
}

/** When a token ends that has a name; `null` once it has expired, to save room. */
type End = Pick<BlacklistEntry, 'jti' | 'expiresAt'> | null;

type Counts = { -readonly [Name in keyof TokenSummary]: number };

/** What the import needs. */
export interface BlacklistImportParts {
  readonly blacklist: BlacklistTarget;
  readonly watcher: Watcher;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'leeway'>;
}

/** Imports what `manage.py dumpdata token_blacklist` writes. */
export class BlacklistImport {
  readonly #parts: BlacklistImportParts;
  readonly #counts: Counts = {
    rows: 0,
    outstanding: 0,
    blacklisted: 0,
    alreadyThere: 0,
    expired: 0,
    bad: 0,
    otherModels: 0,
  };
  readonly #ends = new Map<string, End>();
  #pending: Pending[] = [];
  #waiting: BlacklistEntry[] = [];

  constructor(parts: BlacklistImportParts) {
    this.#parts = parts;
  }

  /**
   * Takes the rows in any order. Run again after it has failed, it meets those it has taken, and goes on.
   *
   * @throws DumpError, StoreUnavailable
   */
  async run(rows: AsyncIterable<DumpRow>): Promise<TokenSummary> {
    try {
      for await (const { row, value } of rows) {
        this.#counts.rows += 1;
        const reading = readRow(value);
        if ('problem' in reading) this.#refuse(row, null, reading.problem);
        else this.#take(row, reading.value);
        if (this.#waiting.length >= BATCH) await this.#flush();
      }
    } finally {
      await this.#flush(); // also what came before the place where the dump breaks off
    }
    await this.#settle();
    return this.#counts;
  }

  #take(row: number, dumped: DumpedRow): void {
    if (dumped.model === OUTSTANDING) this.#takeOutstanding(row, dumped);
    else if (dumped.model === BLACKLISTED) this.#takeBlacklisted(row, dumped);
    else this.#counts.otherModels += 1;
  }

  #takeOutstanding(row: number, dumped: DumpedRow): void {
    const reading = readOutstanding(dumped);
    if ('problem' in reading) return this.#refuse(row, dumped.pk, reading.problem);
    this.#counts.outstanding += 1;
    const { jti, expires_at } = reading.value;
    const expiresAt = new Date(expires_at.getTime() + this.#parts.settings.leeway * 1000);
    this.#ends.set(dumped.pk, expiresAt.getTime() > this.#parts.clock() ? { jti, expiresAt } : null);
  }

  #takeBlacklisted(row: number, dumped: DumpedRow): void {
    const reading = readBlacklisted(dumped);
    if ('problem' in reading) return this.#refuse(row, dumped.pk, reading.problem);
    const { token, blacklisted_at: blacklistedAt } = reading.value;
    const pending = { row, pk: dumped.pk, token, blacklistedAt };
    const end = this.#ends.get(token);
    if (end === undefined) this.#pending.push(pending);
    else this.#add(pending, end);
  }

  #add({ blacklistedAt }: Pending, end: End): void {
    if (end === null) this.#counts.expired += 1;
    else this.#waiting.push({ ...end, blacklistedAt });
  }

  /** What came before its outstanding token, as where the two models were dumped by name. */
  async #settle(): Promise<void> {
    for (const pending of this.#pending) {
      const end = this.#ends.get(pending.token);
      if (end !== undefined) this.#add(pending, end);
      else this.#refuse(pending.row, pending.pk, `its outstanding token ${MISSING}`);
      if (this.#waiting.length >= BATCH) await this.#flush();
    }
    await this.#flush();
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    for (const added of await this.#parts.blacklist.addMany(batch))
      this.#counts[added ? 'blacklisted' : 'alreadyThere'] += 1;
    this.#parts.watcher.progress(this.#counts.rows);
  }

  #refuse(row: number, pk: string | null, text: string): void {
    this.#counts.bad += 1;
    this.#parts.watcher.remark({ row, pk, text: `was refused: ${text}` });
  }
}

const MISSING = 'is not in the dump; expected that of the whole application token_blacklist';

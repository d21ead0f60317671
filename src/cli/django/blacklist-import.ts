import { isNumericDate } from '../../contracts/claims.ts';
import type { Clock } from '../../contracts/clock.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { BlacklistEntry } from '../../contracts/store/store.ts';
import type { OutstandingTarget, OutstandingToken } from '../../core/users/outstanding-tokens.ts';
import { DumpError, type DumpRow } from './dump.ts';
import type { Watcher } from './report.ts';
import { readBlacklisted, readOutstanding, readRow, type DumpedRow, type OutstandingRow } from './rows.ts';
import { textClaims } from './text-claims.ts';

const BATCH = 500;
const OUTSTANDING = 'token_blacklist.outstandingtoken';
const BLACKLISTED = 'token_blacklist.blacklistedtoken';

/** How an import of tokens went. */
export interface TokenSummary {
  readonly rows: number;
  /** Tokens that Django has issued. */
  readonly outstanding: number;
  /** Those that are neither blacklisted nor expired: sessions of their users now, which go on when they are refreshed here. */
  readonly sessions: number;
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

/** When a token ends that has a name, and whose it is if that is known; `null` once it has expired, to save room. */
type Outstanding = (Pick<BlacklistEntry, 'jti' | 'expiresAt'> & { readonly kept: OutstandingToken | null }) | null;

type Counts = { -readonly [Name in keyof TokenSummary]: number };

/** What the import needs. */
export interface BlacklistImportParts {
  readonly tokens: OutstandingTarget;
  readonly watcher: Watcher;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'leeway' | 'slidingTokenRefreshExpClaim' | 'revokeTokenClaim'>;
}

/** Imports what `manage.py dumpdata token_blacklist` writes. */
export class BlacklistImport {
  readonly #parts: BlacklistImportParts;
  readonly #counts: Counts = {
    rows: 0,
    outstanding: 0,
    sessions: 0,
    blacklisted: 0,
    alreadyThere: 0,
    expired: 0,
    bad: 0,
    otherModels: 0,
  };
  readonly #outstanding = new Map<string, Outstanding>();
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
      await this.#settle();
    } finally {
      await this.#flush(); // also what came before the place where the dump breaks off
      await this.#keep();
    }
    if (this.#counts.rows === 0 || this.#counts.otherModels < this.#counts.rows) return this.#counts;
    throw new DumpError(
      'The dump has no outstanding or blacklisted tokens, only rows of other models. Expected what `manage.py dumpdata token_blacklist` writes.',
    );
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
    this.#outstanding.set(dumped.pk, this.#read(reading.value));
  }

  #read({ jti, user, token, created_at: createdAt, expires_at: expiresAt }: OutstandingRow): Outstanding {
    const { leeway, slidingTokenRefreshExpClaim, revokeTokenClaim } = this.#parts.settings;
    const claims = textClaims(token);
    // Django notes the end of a sliding token as it was handed out; refreshing moves that, up to this one.
    const refreshEnd = claims[slidingTokenRefreshExpClaim];
    const ends = [expiresAt.getTime(), isNumericDate(refreshEnd) ? refreshEnd * 1000 : 0];
    const end = new Date(Math.max(...ends));
    const until = new Date(end.getTime() + leeway * 1000);
    if (until.getTime() <= this.#parts.clock()) return null;
    // What Django made of one of our tokens belongs to our session, by its `sid`.
    const isOurs = claims['sid'] !== undefined;
    const { [revokeTokenClaim]: claim } = claims;
    const hashClaim = typeof claim === 'string' ? claim : null;
    const issuedAt = createdAt ?? FIRST_DAY;
    const kept = user == null || isOurs ? null : { jti, userId: user, issuedAt, hashClaim, expiresAt: end };
    return { jti, expiresAt: until, kept };
  }

  #takeBlacklisted(row: number, dumped: DumpedRow): void {
    const reading = readBlacklisted(dumped);
    if ('problem' in reading) return this.#refuse(row, dumped.pk, reading.problem);
    const { token, blacklisted_at: blacklistedAt } = reading.value;
    // Out is out, also where nobody can tell since when.
    const pending = { row, pk: dumped.pk, token, blacklistedAt: blacklistedAt ?? FIRST_DAY };
    const outstanding = this.#outstanding.get(token);
    if (outstanding === undefined) this.#pending.push(pending);
    else this.#add(pending, outstanding);
  }

  #add({ token, blacklistedAt }: Pending, outstanding: Outstanding): void {
    if (outstanding === null) this.#counts.expired += 1;
    else {
      const { jti, expiresAt } = outstanding;
      this.#waiting.push({ jti, expiresAt, blacklistedAt });
      this.#outstanding.set(token, { jti, expiresAt, kept: null });
    }
  }

  /** What came before its outstanding token, as where the two models were dumped by name. */
  async #settle(): Promise<void> {
    for (const pending of this.#pending) {
      const outstanding = this.#outstanding.get(pending.token);
      if (outstanding !== undefined) this.#add(pending, outstanding);
      else this.#refuse(pending.row, pending.pk, `its outstanding token ${MISSING}`);
      if (this.#waiting.length >= BATCH) await this.#flush();
    }
  }

  /** At the end, when all that is known to be blacklisted has been met. */
  async #keep(): Promise<void> {
    const tokens = [...this.#outstanding.values()].flatMap((outstanding) => outstanding?.kept ?? []);
    for (let start = 0; start < tokens.length; start += BATCH) {
      const kept = await this.#parts.tokens.keep(tokens.slice(start, start + BATCH));
      this.#counts.sessions += kept.filter(Boolean).length;
    }
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    for (const added of await this.#parts.tokens.blacklist(batch))
      this.#counts[added ? 'blacklisted' : 'alreadyThere'] += 1;
    this.#parts.watcher.progress(this.#counts.rows);
  }

  #refuse(row: number, pk: string | null, text: string): void {
    this.#counts.bad += 1;
    this.#parts.watcher.remark({ row, pk, text: `was refused: ${text}` });
  }
}

/** Of a row that does not say when its token was issued or blacklisted: older than whatever its user has done here. */
const FIRST_DAY = new Date(0);
const MISSING = 'is not in the dump; expected that of the whole application token_blacklist';

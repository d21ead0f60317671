import { InvalidInput } from '../../contracts/errors.ts';
import type { Insertion, UserRecord, UserStore } from '../../contracts/store/store.ts';
import { usernameKey } from '../../contracts/username-key.ts';
import { readEmail } from './email.ts';
import { excessOf } from './hash-excess.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { givenUserId } from './user-id.ts';
import { newUsername } from './username.ts';

/** An account of another system, with the hash it is stored with there. */
export type ForeignAccount = Omit<
  UserRecord,
  | 'usernameKey'
  | 'passwordChangedAt'
  | 'isAdmin'
  | 'formerHashClaim'
  | 'sessionlessAfter'
  | 'emailKey'
  | 'emailVerified'
>;

/** What became of an account: `present` was there before, and differs now in what is named; `lacks` says what was left out. */
export type AccountOutcome =
  | { readonly outcome: 'imported'; readonly lacks?: string }
  | { readonly outcome: 'present'; readonly differences: readonly string[] }
  | { readonly outcome: 'refused'; readonly problem: string };

/** Whether anybody can sign in with a stored hash: with the old password, with none, or not as long as it stays. */
export type HashKind = 'readable' | 'unusable' | 'unknown';

/** What an import asks of a store. */
export type AccountTarget = Pick<UserStore, 'insertMany' | 'findById'>;

/** Brings accounts in from another system, with their ids and their password hashes. It never changes one that is there. */
export class AccountImport {
  readonly #users: AccountTarget;
  readonly #hasher: PasswordHasher;

  constructor(users: AccountTarget, hasher: PasswordHasher) {
    this.#users = users;
    this.#hasher = hasher;
  }

  /**
   * Resolves to what became of each account, in their order.
   *
   * @throws StoreUnavailable, and any of them may have been imported; calling again tells.
   */
  async add(accounts: readonly ForeignAccount[]): Promise<AccountOutcome[]> {
    const readings = accounts.map(readAccount);
    const records = readings.flatMap((reading) => ('record' in reading ? [reading.record] : []));
    const insertions = (await this.#insert(records)).values();
    const outcomes: AccountOutcome[] = [];
    for (const reading of readings) {
      if ('problem' in reading) outcomes.push({ outcome: 'refused', problem: reading.problem });
      else {
        const { insertion, lacks = reading.lacks } = insertions.next().value ?? {};
        const outcome = await this.#outcomeOf(reading.record, insertion);
        outcomes.push(outcome.outcome === 'imported' && lacks !== undefined ? { ...outcome, lacks } : outcome);
      }
    }
    return outcomes;
  }

  /** An account whose address another one has comes in without it: Django does not keep addresses apart. */
  async #insert(records: readonly UserRecord[]) {
    const insertions = await this.#users.insertMany(records);
    const crowded = records.filter((_, index) => insertions[index] === 'email_taken');
    const again = (await this.#users.insertMany(crowded.map(withoutAddress))).values();
    return insertions.map((insertion): { readonly insertion: Insertion | undefined; readonly lacks?: string } =>
      insertion === 'email_taken' ? { insertion: again.next().value, lacks: ADDRESS_TAKEN } : { insertion },
    );
  }

  /** What the hash of an account is good for here. */
  kindOf({ passwordHash }: ForeignAccount): HashKind {
    // Django's UNUSABLE_PASSWORD_PREFIX.
    if (passwordHash.startsWith('!')) return 'unusable';
    return this.#hasher.reads(passwordHash) ? 'readable' : 'unknown';
  }

  async #outcomeOf(record: UserRecord, insertion: Insertion | undefined): Promise<AccountOutcome> {
    if (insertion === 'inserted') return { outcome: 'imported' };
    const existing = await this.#users.findById(record.id);
    if (existing?.usernameKey === record.usernameKey) {
      return { outcome: 'present', differences: this.#differences(existing, record) };
    }
    return { outcome: 'refused', problem: TAKEN[insertion ?? 'id_taken'] };
  }

  /** A hash that was upgraded here, or a sign-in here, is no difference: that is how accounts go on after a move. */
  #differences(existing: UserRecord, record: UserRecord): string[] {
    const differences = existing.isActive === record.isActive ? [] : ['whether it is active'];
    const isUpgraded = !this.#hasher.needsRehash(existing.passwordHash);
    return existing.passwordHash === record.passwordHash || isUpgraded ? differences : [...differences, 'the password'];
  }
}

const ADDRESS_TAKEN = 'its e-mail address, which another account has';
const NO_ADDRESS = 'its e-mail address, which is none';

function withoutAddress({
  email: _email,
  emailKey: _key,
  emailVerified: _verified,
  ...record
}: UserRecord): UserRecord {
  return record;
}

const TAKEN = {
  id_taken: 'somebody else has this id already',
  email_taken: 'somebody else has this e-mail address already',
  username_taken: 'somebody else has this username already (letter case does not count)',
} as const;

type AccountReading = { readonly record: UserRecord; readonly lacks?: string } | { readonly problem: string };

function readAccount({ email, ...account }: ForeignAccount): AccountReading {
  try {
    const username = newUsername(account.username);
    // The last change of the password is not known; the account's first day is the same at every import.
    const passwordChangedAt = account.createdAt;
    const id = givenUserId(account.id);
    const excess = excessOf(account.passwordHash);
    if (excess !== null)
      return { problem: `its password hash takes too much work to check: ${excess}; give it another` };
    const names = { id, username, usernameKey: usernameKey(username) };
    // An import makes no admins: they are chosen here.
    const record = { ...account, ...names, passwordChangedAt, isAdmin: false };
    const address = readEmail(email ?? '');
    if (address !== null) return { record: { ...record, ...address, emailVerified: false } };
    return { record, ...(email !== undefined && { lacks: NO_ADDRESS }) };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return { problem: error.message };
  }
}

import { InvalidInput } from '../../contracts/errors.ts';
import type { UserRecord } from '../../contracts/store/store.ts';
import { trimmed } from '../../contracts/request-text.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { expectWhole } from './whole-record.ts';

/** Which account a password is of, and how it was typed; `right` is null where it is of none. */
export interface PasswordHolder {
  readonly record: UserRecord | null;
  readonly right: string | null;
}

/** The password as it was typed, or without white space around it (NIST SP 800-63B-4 3.1.1.2); null if neither is right. */
async function rightSpelling(
  password: string,
  hash: string | undefined,
  hasher: PasswordHasher,
): Promise<string | null> {
  let right: string | null = null;
  // Both, whichever is right: how long it takes must not tell of an inactive user's password.
  for (const spelling of new Set([trimmed(password), password])) {
    if (await hasher.verify(spelling, hash)) right = spelling;
  }
  return right;
}

/** The first of these accounts whose password it is. Where there are none, the same work is done as for one. */
export async function holderOf(
  password: string,
  [first, ...others]: readonly UserRecord[],
  hasher: PasswordHasher,
): Promise<PasswordHolder> {
  const right = await rightSpelling(password, first?.passwordHash, hasher);
  if (right !== null) return { record: first ?? null, right };
  for (const record of others) {
    const right = await rightSpelling(password, record.passwordHash, hasher);
    if (right !== null) return { record, right };
  }
  return { record: first ?? null, right: null };
}

export const wrongPassword = () =>
  new InvalidInput('currentPassword', 'Your old password was entered incorrectly. Please enter it again.');

/** @throws InvalidInput if it is not the password of this account, Overloaded, StoreUnavailable */
export async function expectPassword(record: UserRecord, password: string, hasher: PasswordHasher): Promise<void> {
  if ((await rightSpelling(password, record.passwordHash, hasher)) !== null) return;
  expectWhole(record, record.usernameKey);
  throw wrongPassword();
}

import { StoreUnavailable } from '../../contracts/errors.ts';
import type { UserRecord } from '../../contracts/store/store.ts';

/** What hashes are written in, those of other systems too: a byte that was changed on its way is rarely among it. */
const PRINTABLE = /^[\x21-\x7e]*$/;
const OF_BCRYPT = /^(bcrypt(_sha256)?\$)?\$2/;
const BCRYPT = /^(bcrypt(_sha256)?\$)?\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/;

/**
 * Asked where an account is refused, so that a record that was damaged in the store, or on its way from there, does not make a
 * right password wrong.
 *
 * @throws StoreUnavailable if this is not what is stored for an account of that name
 */
export function expectWhole(record: UserRecord, key: string): void {
  const { id, username, usernameKey, passwordHash, passwordChangedAt, isActive, isAdmin, createdAt } = record;
  const isWhole =
    [id, username, passwordHash].every((text) => typeof text === 'string' && text !== '') &&
    usernameKey === key &&
    [isActive, isAdmin].every((flag) => typeof flag === 'boolean') &&
    [passwordChangedAt, createdAt].every((moment) => moment instanceof Date && !Number.isNaN(moment.getTime())) &&
    PRINTABLE.test(passwordHash) &&
    (!OF_BCRYPT.test(passwordHash) || BCRYPT.test(passwordHash));
  if (!isWhole) throw new StoreUnavailable(new Error('the record of an account is malformed'));
}

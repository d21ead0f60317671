import { InvalidInput } from '../../contracts/errors.ts';
import type { Actor, Events } from '../../contracts/events.ts';
import type { User } from '../../contracts/hooks.ts';
import type { Store } from '../../contracts/store/store.ts';
import { toUser } from '../sessions/account.ts';

/** Of one user. All are in every access token, of which a header can hold eight kilobytes. */
const MAX_ROLES = 50;
/** A scope token (RFC 6749 3.3), since `$scope` joins roles with spaces; no `$`, which is a value in `JWT_CLAIMS`. */
const ROLE = /^[\w!#%&'()*+,./:;<=>?@[\]^`{|}~-]{1,64}$/;
/** Held by admins, and by nobody else. */
const RESERVED = 'ADMIN';

/** What roles need. */
export interface RoleParts {
  readonly store: Store;
  readonly events: Events;
}

/** The roles of users, which `@Authorized('EDITOR')` asks for. */
export class Roles {
  readonly #parts: RoleParts;

  constructor(parts: RoleParts) {
    this.#parts = parts;
  }

  /**
   * Replaces all roles of a user, who stays signed in: guarded fields and the next access token have the new ones. Null if there
   * is no such user.
   *
   * @throws InvalidInput, StoreUnavailable
   */
  async set(userId: string, roles: readonly string[], by: Actor = {}): Promise<User | null> {
    const changed = await this.#parts.store.users.update(userId, { roles: checked(roles) });
    if (changed) this.#parts.events.audit('roles_changed', { ...by, userId });
    return changed && toUser(changed);
  }
}

function checked(roles: readonly string[]): readonly string[] {
  const given = [...new Set(roles)].toSorted();
  if (given.length > MAX_ROLES) {
    throw new InvalidInput('roles', `Got ${given.length} roles. Expected at most ${MAX_ROLES}.`);
  }
  if (given.includes(RESERVED)) {
    throw new InvalidInput('roles', `The role ${RESERVED} cannot be given here. Make the user an admin instead.`);
  }
  if (given.every((role) => ROLE.test(role))) return given;
  throw new InvalidInput(
    'roles',
    'This is not a valid role. Expected 1 to 64 ASCII letters, digits and punctuation, without spaces, quotes, \\ and $.',
  );
}

import { InvalidInput, OwnAccount } from '../../contracts/errors.ts';
import type { Actor } from '../../contracts/events.ts';
import type { User } from '../../contracts/hooks.ts';
import type { SessionRecord } from '../../contracts/store/store.ts';
import { MAX_USERNAME_LENGTH } from '../../contracts/username-key.ts';
import type { ActivityHour, ActivityLog } from '../activity/activity-log.ts';
import { ACTIVITY_HOURS } from '../activity/activity-log.ts';
import type { KeyDescription, KeySource } from '../keys/token-keys.ts';
import type { SessionService } from '../sessions/session-service.ts';
import type { Service, ServiceCredentials } from '../trust/service-credentials.ts';
import type { NewUser } from '../users/new-account.ts';
import { checkText } from '../users/password-policy.ts';
import type { AccountChanges, UserService } from '../users/user-service.ts';
import { cursorAfter, readCursor } from './user-cursor.ts';

const MAX_PAGE = 100;

/** Which users are listed: at most `first` after a cursor, with `search` somewhere in name or address. */
export interface UserQuery {
  readonly search: string;
  readonly first: number;
  readonly after: string | null;
}

/** Users in the order of their names, each with the cursor of the place after it. */
export interface UserList {
  readonly entries: readonly { readonly user: User; readonly cursor: string }[];
  readonly hasMore: boolean;
  /** How many there are with `search`, on all pages. */
  readonly count: () => Promise<number>;
}

/** The admin who acts, and where their request comes from. */
export type ActingAdmin = Required<Actor> & { readonly actorId: string };

/** What administration works with. */
export interface AdministrationParts {
  readonly users: UserService;
  readonly sessions: SessionService;
  readonly keys: KeySource;
  readonly activity: ActivityLog;
  readonly services: ServiceCredentials;
}

/** What admins do with accounts and sessions that are not theirs. That they are admins is for the caller to see to. */
export class Administration {
  readonly #parts: AdministrationParts;

  constructor(parts: AdministrationParts) {
    this.#parts = parts;
  }

  /** @throws InvalidInput, StoreUnavailable */
  async list({ search, first, after }: UserQuery): Promise<UserList> {
    checkRange('first', first, MAX_PAGE);
    if (search !== '') checkText('search', search, MAX_USERNAME_LENGTH);
    const name = after === null ? undefined : readCursor(after);
    const found = await this.#parts.users.list(first + 1, name, search);
    const entries = found.slice(0, first).map((user) => ({ user, cursor: cursorAfter(user.username) }));
    return { entries, hasMore: found.length > first, count: () => this.#parts.users.count(search) };
  }

  /**
   * Changes another user's account. Null if there is no such user.
   *
   * @throws InvalidInput if nothing is to be changed, OwnAccount if it would lock the admin out, StoreUnavailable
   */
  async update(id: string, changes: AccountChanges, by: ActingAdmin): Promise<User | null> {
    const { isActive, isAdmin } = changes;
    if (isActive === undefined && isAdmin === undefined) {
      throw new InvalidInput('isActive', 'Nothing to change. Expected `isActive`, `isAdmin` or both.');
    }
    if (id === by.actorId && (isActive === false || isAdmin === false)) throw new OwnAccount();
    return this.#parts.users.change(id, changes, by);
  }

  /** Makes an account for somebody else. @throws InvalidInput, Overloaded, StoreUnavailable */
  create(user: NewUser, by: ActingAdmin): Promise<User> {
    return this.#parts.users.create(user, by);
  }

  /** Sets another user's password, and ends all their sessions. Null if there is no such user. @throws InvalidInput, OwnAccount */
  async setPassword(id: string, password: string, by: ActingAdmin): Promise<User | null> {
    if (id === by.actorId) throw new OwnAccount();
    return this.#parts.users.setPassword(id, password, by);
  }

  /** Deletes another user, and ends all their sessions. Resolves to whether there was one. @throws OwnAccount */
  async delete(id: string, by: ActingAdmin): Promise<boolean> {
    if (id === by.actorId) throw new OwnAccount();
    return this.#parts.users.delete(id, by);
  }

  /** Ends all sessions of a user. Resolves to how many. */
  revokeSessions(userId: string, by: ActingAdmin): Promise<number> {
    return this.#parts.sessions.revokeAll(userId, undefined, by);
  }

  /**
   * Ends one session of a user; ending it again changes nothing. Resolves to the session as it is now.
   *
   * @throws InvalidInput if the user has no such session, StoreUnavailable
   */
  revokeSession(userId: string, id: string, by: ActingAdmin): Promise<SessionRecord> {
    return this.#parts.sessions.revoke(userId, id, by);
  }

  /** The keys that sign and verify here; nothing of what is in them. */
  keys(): readonly KeyDescription[] {
    return this.#parts.keys.describe();
  }

  /** The services that may ask about tokens, by name. @throws StoreUnavailable */
  services(): Promise<Service[]> {
    return this.#parts.services.list();
  }

  /** @throws InvalidInput, StoreUnavailable */
  async activity(hours: number): Promise<ActivityHour[]> {
    checkRange('hours', hours, ACTIVITY_HOURS);
    return this.#parts.activity.list(hours);
  }
}

function checkRange(field: string, value: number, highest: number): void {
  if (value >= 1 && value <= highest) return;
  throw new InvalidInput(field, `Got ${value} in \`${field}\`. Expected 1 to ${highest}.`);
}

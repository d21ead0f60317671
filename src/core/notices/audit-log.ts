import { InvalidInput } from '../../contracts/errors.ts';
import type { AccountEventRecord, ListPosition } from '../../contracts/store/store.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { UserService } from '../users/user-service.ts';
import type { Notices } from './notices.ts';

const MAX_PAGE = 100;

/** What the log reads. */
export interface AuditParts {
  readonly notices: Notices;
  readonly users: Pick<UserService, 'find'>;
}

/** Something that happened to an account, with the names of those it is about; null where an account is gone. */
export interface AuditEntry extends AccountEventRecord {
  readonly username: string | null;
  readonly actorName: string | null;
}

/** Entries, the newest first. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  readonly hasMore: boolean;
  /** The place after the last of them; null without any. */
  readonly cursor: string | null;
}

/** What happened to the accounts of others, for admins. */
export class AuditLog {
  readonly #parts: AuditParts;

  constructor(parts: AuditParts) {
    this.#parts = parts;
  }

  /** What happened to one account: the last 50 events. @throws StoreUnavailable */
  async ofUser(userId: string): Promise<readonly AuditEntry[]> {
    return this.#named(await this.#parts.notices.list(userId));
  }

  /** What happened to all accounts, at most `first` entries after a cursor. @throws InvalidInput, StoreUnavailable */
  async list(first: number, after: string | null): Promise<AuditPage> {
    if (first < 1 || first > MAX_PAGE) {
      throw new InvalidInput('first', `Got ${first} in \`first\`. Expected 1 to ${MAX_PAGE}.`);
    }
    const found = await this.#parts.notices.listAll(after === null ? null : readCursor(after), first + 1);
    const page = found.slice(0, first);
    const last = page.at(-1);
    return {
      entries: await this.#named(page),
      hasMore: found.length > first,
      cursor: last === undefined ? null : encodeCursor([last.expiresAt.getTime(), last.id]),
    };
  }

  async #named(events: readonly AccountEventRecord[]): Promise<AuditEntry[]> {
    const ids = new Set(
      events.flatMap(({ userId, actorId }) => (actorId === undefined ? [userId] : [userId, actorId])),
    );
    const users = await Promise.all(Array.from(ids, (id) => this.#parts.users.find(id)));
    const names = new Map(users.flatMap((user) => (user === null ? [] : [[user.id, user.username]])));
    return events.map((event) => ({
      ...event,
      username: names.get(event.userId) ?? null,
      actorName: names.get(event.actorId ?? '') ?? null,
    }));
  }
}

/** @throws InvalidInput if it is none */
function readCursor(cursor: string): ListPosition {
  const [time, name, ...rest] = decodeCursor(cursor);
  const isTime = typeof time === 'number' && Number.isInteger(time) && Math.abs(time) <= 8.64e15;
  if (isTime && typeof name === 'string' && name.isWellFormed() && name.length <= 100 && rest.length === 0)
    return { at: new Date(time), name };
  throw new InvalidInput('after', '`after` is not a cursor. Expected the `endCursor` of an earlier answer.');
}

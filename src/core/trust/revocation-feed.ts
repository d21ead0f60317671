import type { Clock } from '../../contracts/clock.ts';
import { InvalidInput } from '../../contracts/errors.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { BlacklistEntry, ListPosition, SessionRecord, Store } from '../../contracts/store/store.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { KeySource } from '../keys/token-keys.ts';

/** What was revoked. `exp`, a NumericDate, is until when a service has to remember it: no token of it lives longer. */
export interface RevocationPage {
  /** What to ask with the next time. */
  readonly cursor: string;
  readonly sessions: readonly { readonly sid: string; readonly exp: number }[];
  /** Tokens that were revoked by themselves. */
  readonly tokens: readonly { readonly jti: string; readonly exp: number }[];
  /**
   * The `kid` of every key that is accepted now: a service refuses the tokens of any other, as of one that was retired in an
   * emergency. Left out where tokens name no key of ours.
   */
  readonly keys?: readonly string[];
  /** Whether there is more to be had at once. */
  readonly more: boolean;
}

/** A walk through all there is to tell: sessions first, then tokens, each in the order in which they were revoked. */
interface Walk {
  readonly from: number;
  readonly begun: number;
  readonly list: 'sessions' | 'tokens';
  readonly after: ListPosition;
}

/**
 * How far each walk goes back behind the beginning of the one before: the clocks of two servers may differ so much, less
 * the time between reading the clock and the end of the write.
 */
const OVERLAP_MS = 60_000;
const PAGE_SIZE = 5000;
/** ECMA-262 21.4.1.1. */
const LAST_MOMENT = 8.64e15;
const MAX_NAME_LENGTH = 255;

/** What the feed is made of. */
export interface FeedParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly keys: Pick<KeySource, 'accepted'>;
  /** Records in a page; for tests. */
  readonly pageSize?: number;
}

/** Tells services what was revoked, so that they need not ask about each token. They keep a set; repeats do no harm. */
export class RevocationFeed {
  readonly #parts: FeedParts;

  constructor(parts: FeedParts) {
    this.#parts = parts;
  }

  /**
   * What was revoked since the answer that had this cursor; without one, whatever an access or sliding token may still
   * outlive.
   *
   * @throws InvalidInput if it is no cursor, StoreUnavailable
   */
  async page(cursor?: string): Promise<RevocationPage> {
    const { store, clock, pageSize = PAGE_SIZE } = this.#parts;
    const now = clock();
    const oldest = now - this.#memory();
    const walk = cursor === undefined ? walkFrom(oldest, now) : readCursor(cursor, oldest, now);
    const sessions = walk.list === 'sessions' ? await store.sessions.listRevoked(walk.after, pageSize) : [];
    const session = sessions.at(-1);
    if (session !== undefined && sessions.length === pageSize) {
      const after = { at: session.revokedAt ?? new Date(walk.from), name: session.id };
      return { ...this.#told(sessions, []), cursor: cursorIn({ ...walk, after }), more: true };
    }
    const room = pageSize - sessions.length;
    const start = walk.list === 'tokens' ? walk.after : { at: new Date(walk.from), name: '' };
    const tokens = await store.blacklist.list(start, room);
    const token = tokens.at(-1);
    if (token !== undefined && tokens.length === room) {
      const after = { at: token.blacklistedAt, name: token.jti };
      return { ...this.#told(sessions, tokens), cursor: cursorIn({ ...walk, list: 'tokens', after }), more: true };
    }
    return { ...this.#told(sessions, tokens), cursor: encodeCursor([walk.begun - OVERLAP_MS]), more: false };
  }

  #told(sessions: readonly SessionRecord[], tokens: readonly BlacklistEntry[]) {
    const keys = this.#parts.keys.accepted();
    const leeway = this.#parts.settings.leeway * 1000;
    const until = (revokedAt: Date | null, end: number) =>
      Math.ceil(Math.min(end, (revokedAt?.getTime() ?? Infinity) + this.#memory()) / 1000);
    return {
      sessions: sessions.map(({ id: sid, revokedAt, expiresAt }) => ({
        sid,
        exp: until(revokedAt, expiresAt.getTime() + leeway),
      })),
      // The end of an entry has the leeway in it.
      tokens: tokens.map(({ jti, blacklistedAt, expiresAt }) => ({
        jti,
        exp: until(blacklistedAt, expiresAt.getTime()),
      })),
      ...(keys !== null && { keys }),
    };
  }

  /** How long after it was revoked an access or sliding token may be presented, in milliseconds. */
  #memory(): number {
    const { accessTokenLifetime, slidingTokenLifetime, leeway } = this.#parts.settings;
    return (Math.max(accessTokenLifetime, slidingTokenLifetime) + leeway) * 1000 + OVERLAP_MS;
  }
}

const walkFrom = (from: number, begun: number): Walk => ({
  from,
  begun,
  list: 'sessions',
  after: { at: new Date(from), name: '' },
});

const cursorIn = ({ from, begun, list, after }: Walk): string =>
  encodeCursor([from, begun, list, after.at.getTime(), after.name]);

/**
 * The walk a cursor stands for: a new one from its moment, or where it is in one. A moment before `oldest` has nothing more
 * to tell, and one that is too late comes of a clock that is ahead.
 */
function readCursor(cursor: string, oldest: number, now: number): Walk {
  const [from, begun, list, at, name, ...rest] = decodeCursor(cursor);
  if (isMoment(from) && begun === undefined) {
    return walkFrom(Math.min(Math.max(from, oldest), now - OVERLAP_MS), now);
  }
  const isList = list === 'sessions' || list === 'tokens';
  const isName = typeof name === 'string' && name.length <= MAX_NAME_LENGTH;
  if (isMoment(from) && isMoment(begun) && isList && isMoment(at) && isName && rest.length === 0) {
    return { from, begun, list, after: { at: new Date(at), name } };
  }
  throw new InvalidInput(
    'since',
    '`since` is not a cursor. Expected the cursor of an earlier answer, or none to start again.',
  );
}

const isMoment = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LAST_MOMENT;

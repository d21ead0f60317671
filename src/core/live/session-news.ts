import type { ListPosition, SessionRecord, SessionStore } from '../../contracts/store/store.ts';
import { beginningOf, endOf, replayOf, type SessionEvent } from './session-event.ts';

const PAGE_SIZE = 1000;

/** What is listed by its moment, and the moment of a session in it. */
interface Source {
  readonly list: (after: ListPosition, limit: number) => Promise<SessionRecord[]>;
  readonly momentOf: (session: SessionRecord) => Date | null | undefined;
}

/** Everything that is listed from a moment on. */
async function listFrom({ list, momentOf }: Source, from: number): Promise<SessionRecord[]> {
  const found: SessionRecord[] = [];
  for (let after: ListPosition = { at: new Date(from), name: '' }; ;) {
    const page = await list(after, PAGE_SIZE);
    found.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_SIZE) return found;
    after = { at: momentOf(last) ?? after.at, name: last.id };
  }
}

/**
 * The sessions that were ended from a moment on, by any process that shares the store.
 *
 * @throws StoreUnavailable
 */
export const endedFrom = (sessions: SessionStore, from: number): Promise<SessionRecord[]> =>
  listFrom({ list: (...place) => sessions.listRevoked(...place), momentOf: ({ revokedAt }) => revokedAt }, from);

/**
 * What has happened to sessions from a moment on, in its order; `ended` are those that have ended since.
 *
 * @throws StoreUnavailable
 */
export async function eventsFrom(
  sessions: SessionStore,
  from: number,
  ended: readonly SessionRecord[],
): Promise<SessionEvent[]> {
  const [begun, replayed] = await Promise.all([
    listFrom({ list: (...place) => sessions.listBegun(...place), momentOf: ({ createdAt }) => createdAt }, from),
    listFrom(
      { list: (...place) => sessions.listReplayed(...place), momentOf: ({ replay }) => replay?.reported?.at },
      from,
    ),
  ]);
  const events = [...begun.map(beginningOf), ...replayed.flatMap(replayOf), ...ended.flatMap(endOf)];
  return events.toSorted((one, other) => one.at.getTime() - other.at.getTime());
}

import type { RevocationReason, SessionRecord } from '../../contracts/store/store.ts';

/**
 * - `began`: the user signed in, or a token of elsewhere was refreshed here for the first time;
 * - `ended`: before its time, for `reason`;
 * - `replayed`: two clients seem to hold its tokens; it goes on where `reason` is null;
 * - `reused`: a superseded token was used, so it has ended.
 */
export type SessionEventKind = 'began' | 'ended' | 'replayed' | 'reused';

/** Something that happened to a session. */
export interface SessionEvent {
  /** The same whenever it is told. */
  readonly id: string;
  readonly kind: SessionEventKind;
  readonly at: Date;
  /** Why the session ended; null if it goes on. */
  readonly reason: RevocationReason | null;
  /** As it was when this was learnt. */
  readonly session: SessionRecord;
}

const KINDS: Partial<Record<RevocationReason, SessionEventKind>> = { reused: 'reused', replayed: 'replayed' };

export const beginningOf = (session: SessionRecord): SessionEvent => ({
  id: `${session.id}:began`,
  kind: 'began',
  at: session.createdAt,
  reason: null,
  session,
});

export const endOf = (session: SessionRecord): SessionEvent[] => {
  const { id, revokedAt: at, revokedReason: reason } = session;
  if (at === null) return [];
  return [{ id: `${id}:ended`, kind: (reason && KINDS[reason]) ?? 'ended', at, reason, session }];
};

/** The report that ended a session is its end. */
export const replayOf = (session: SessionRecord): SessionEvent[] => {
  const report = session.replay?.reported;
  if (report == null || session.revokedAt?.getTime() === report.at.getTime()) return [];
  const id = `${session.id}:replayed:${report.at.getTime()}`;
  return [{ id, kind: 'replayed', at: report.at, reason: null, session }];
};

import { networkOf } from '../../contracts/client-address.ts';
import type { Client } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { ReplayRecord, ReplayReport, SessionRecord } from '../../contracts/store/store.ts';

/**
 * Replays that may come after a grace interval, for one rotation. Each begins another interval, so that this counts
 * attempts of a client, and not the requests in one of them.
 */
const MAX_LATE_REPLAYS = 5;
/**
 * Replays at so many rotations in a row are reported, and end the session where two clients are told apart at each. Two
 * that both hold on to a session have one at every rotation, since who misses two holds a superseded token.
 */
const PATTERN = 3;

/** What a replay means for its session. */
export interface ReplayVerdict {
  /** To be stored; null where nothing new is to be remembered. */
  readonly note: ReplayRecord | null;
  /** The pattern that this replay completes, if it does. */
  readonly report: ReplayReport | null;
  /** Whether the session ends. */
  readonly isTwoClients: boolean;
}

/** Until when the predecessor of a session's token is answered without counting, in milliseconds since the epoch. */
function graceEnd({ jti, rotatedAt, replay }: SessionRecord, { reuseGrace, leeway }: Settings): number {
  const begun = replay?.jti === jti ? replay.graceFrom : rotatedAt;
  return begun.getTime() + (reuseGrace + leeway) * 1000; // another server may have written this by a clock that is behind
}

/** Whether the immediate predecessor is answered now: its successor was never exchanged, or it would be another's predecessor. */
export function isReplayable(session: SessionRecord, now: number, settings: Settings): boolean {
  const { reuseGrace, replayWindow, leeway } = settings;
  if (reuseGrace === 0) return false;
  if (now < graceEnd(session, settings)) return true;
  const { jti, rotatedAt, replay } = session;
  const late = replay?.jti === jti ? replay.late : 0;
  return late < MAX_LATE_REPLAYS && now < rotatedAt.getTime() + (replayWindow + leeway) * 1000;
}

/** Judges a replay by the rotations before it. */
export function judgeReplay(session: SessionRecord, client: Client, now: number, settings: Settings): ReplayVerdict {
  const { replay: former } = session;
  const refreshedBy = session.rotatedBy ?? { userAgent: session.userAgent, ipAddress: session.ipAddress };
  const known = former?.jti === session.jti ? former : null;
  const before = known ?? (former?.jti === session.previousJti ? former : null);
  const isLate = now >= graceEnd(session, settings);
  const isApart = areTwo(refreshedBy, client);
  if (known !== null && !isLate && (known.isApart || !isApart))
    return { note: null, report: null, isTwoClients: false };

  const rotations = known?.rotations ?? (before?.rotations ?? 0) + 1;
  const apartBefore = known?.apartBefore ?? (before?.isApart === true ? before.apartBefore + 1 : 0);
  const isTwoClients = isApart && apartBefore + 1 >= PATTERN;
  const isNews = isTwoClients || (known === null && rotations === PATTERN);
  const report = isNews ? { at: new Date(now), rotations, refreshedBy, replayedBy: client } : null;
  const note: ReplayRecord = {
    version: (former?.version ?? 0) + 1,
    jti: session.jti,
    graceFrom: isLate ? new Date(now) : (known?.graceFrom ?? session.rotatedAt),
    late: (known?.late ?? 0) + (isLate ? 1 : 0),
    rotations,
    apartBefore,
    isApart: isApart || known?.isApart === true,
    reported: report ?? former?.reported ?? null,
  };
  return { note, report, isTwoClients };
}

/**
 * Whether two requests come from two programs in two places. A changed address alone tells nothing: phones go from Wi-Fi to
 * mobile, and that is when answers get lost. Nor does the program alone: an application and its web view share a device.
 */
function areTwo(one: Client, other: Client): boolean {
  if (one.userAgent === other.userAgent || one.ipAddress === null || other.ipAddress === null) return false;
  return networkOf(one.ipAddress) !== networkOf(other.ipAddress);
}

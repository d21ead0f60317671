/**
 * What many users cost: a day of one of them, request by request, and from it the busiest hour of all. What was measured
 * is in `MEASURED`; how people behave is in `ASSUMED`, and is yours to replace.
 */

export const MEASURED = {
  /** Bytes of a document (BSON), of records as `bench/population.mjs` makes them. */
  documentBytes: { user: 305, session: 463 },
  /** Bytes of the SQLite file for a record, indexes included, with a million of each: `bench/growth.mjs`. */
  sqliteBytes: { user: 260, session: 473 },
  /** CPU time in ms on the embedded store: RESULTS.md; of a sign-in, the hash alone: ADR 16. */
  cpu: { hello: 0.052, helloStateless: 0.04, refresh: 0.185, signIn: 213 },
} as const;

/** Of an entry of an index: the keys' own bytes, and about as many again as MongoDB keeps beside them. */
const ENTRY_BYTES = 12;
const NAME_BYTES = 32;
const USERNAME_BYTES = 23;
const MOMENT_BYTES = 8;
const INDEX_BYTES = {
  user: NAME_BYTES + USERNAME_BYTES + 2 * ENTRY_BYTES,
  // `_id`; user, moment and id; id of those that are not revoked; end
  session: NAME_BYTES + (2 * NAME_BYTES + MOMENT_BYTES) + NAME_BYTES + MOMENT_BYTES + 4 * ENTRY_BYTES,
} as const;

/** How people behave. Each of these is a guess; replace it by what your own logs say. */
export interface Habits {
  /** Sessions the store keeps for each user, of all who have an account. */
  readonly sessionsPerUser: number;
  /** The part of all users that comes on a day. */
  readonly activeShare: number;
  /** How they come: so many visits, evenly over so many hours, each of so many minutes with so many requests. */
  readonly visits: number;
  readonly wakingHours: number;
  readonly visitMinutes: number;
  readonly requestsPerMinute: number;
  /** Days from one sign-in of an active user to the next. */
  readonly daysToSignIn: number;
  /** Requests of the busiest hour in those of an average one. */
  readonly peakFactor: number;
  /** Verifying services that ask for the feed of revocations, each every two seconds. */
  readonly verifiers: number;
}

export const ASSUMED: Habits = {
  sessionsPerUser: 0.6,
  activeShare: 0.2,
  visits: 6,
  wakingHours: 16,
  visitMinutes: 10,
  requestsPerMinute: 6,
  daysToSignIn: 30,
  peakFactor: 2,
  verifiers: 50,
};

/** The other kind of application: one that is open all working day, and asks by itself once a minute. */
export const OPEN_ALL_DAY: Habits = {
  ...ASSUMED,
  visits: 1,
  visitMinutes: 8 * 60,
  requestsPerMinute: 1,
};

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY_HOURS = 24;
const BUSIEST_HOUR = 20;

/** The moments at which a user asks for something, in seconds of a day. */
function requestsOf({ visits, wakingHours, visitMinutes, requestsPerMinute }: Habits): number[] {
  const between = (wakingHours * HOUR) / visits;
  const perVisit = visitMinutes * requestsPerMinute;
  return Array.from({ length: visits }, (_, visit) =>
    Array.from({ length: perVisit }, (_, request) => visit * between + (request * MINUTE) / requestsPerMinute),
  ).flat();
}

/** How often a user refreshes on a day, if an access token serves so many seconds and is replaced when it is wanted next. */
export function refreshesOf(habits: Habits, accessLifetime: number): number {
  let refreshes = 0;
  let expiresAt = 0;
  for (const moment of requestsOf(habits)) {
    if (moment < expiresAt) continue;
    refreshes += 1;
    expiresAt = moment + accessLifetime;
  }
  return refreshes;
}

/** The part of a day's requests that each hour has: a wave whose crest is the peak factor. */
export function dayOf({ peakFactor }: Habits): number[] {
  return Array.from({ length: DAY_HOURS }, (_, hour) => {
    const wave = Math.cos(((hour - BUSIEST_HOUR) / DAY_HOURS) * 2 * Math.PI);
    return (1 + (peakFactor - 1) * wave) / DAY_HOURS;
  });
}

/** What the busiest hour asks of a store and of servers, in a second. */
export interface Load {
  readonly signIns: number;
  readonly refreshes: number;
  readonly hellos: number;
  readonly writes: number;
  readonly reads: number;
  /** Seconds of CPU time in a second. */
  readonly cores: number;
}

/** Where requests are answered: beside sessions, which are read; of claims alone; or by others, by the published keys. */
export type Place = 'store' | 'stateless' | 'elsewhere';

const WRITES = {
  refresh: 2, // the session, and the count of the address
  signIn: 6, // the session, at its end its removal, and two counts that are taken back
} as const;
const READS = { hello: 2, refresh: 2, signIn: 2 } as const;
const FEED_READS = 2;
const FEED_SECONDS = 2;

/** The busiest hour of so many users, if access tokens serve so many seconds. */
export function loadOf(users: number, accessLifetime: number, place: Place, habits: Habits = ASSUMED): Load {
  const active = users * habits.activeShare;
  const busiest = Math.max(...dayOf(habits)) / HOUR;
  const signIns = (active / habits.daysToSignIn) * busiest;
  const refreshes = active * refreshesOf(habits, accessLifetime) * busiest;
  const hellos = active * requestsOf(habits).length * busiest;
  const { cpu } = MEASURED;
  const helloCpu = { store: cpu.hello, stateless: cpu.helloStateless, elsewhere: 0 }[place];
  const helloReads = place === 'store' ? hellos * READS.hello : 0;
  const feedReads = place === 'elsewhere' ? (habits.verifiers / FEED_SECONDS) * FEED_READS : 0;
  return {
    signIns,
    refreshes,
    hellos,
    writes: refreshes * WRITES.refresh + signIns * WRITES.signIn,
    reads: helloReads + feedReads + refreshes * READS.refresh + signIns * READS.signIn,
    cores: (hellos * helloCpu + refreshes * cpu.refresh + signIns * cpu.signIn) / 1000,
  };
}

/** What is kept for so many users. */
export function keptFor(users: number, habits: Habits = ASSUMED) {
  const sessions = users * habits.sessionsPerUser;
  const bytes = (of: { readonly user: number; readonly session: number }) => users * of.user + sessions * of.session;
  return {
    users,
    sessions,
    documentBytes: bytes(MEASURED.documentBytes),
    indexBytes: bytes(INDEX_BYTES),
    sqliteBytes: bytes(MEASURED.sqliteBytes),
  };
}

/** How many users keep one core busy for half of the busiest hour; hashes of passwords, which have other cores, left out. */
export function usersOfOneCore(accessLifetime: number, place: Place, habits: Habits = ASSUMED): number {
  const { cores, signIns } = loadOf(1, accessLifetime, place, habits);
  return 0.5 / (cores - (signIns * MEASURED.cpu.signIn) / 1000);
}

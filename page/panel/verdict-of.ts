import { relativeTime } from './relative-time.ts';

/** Whether a token is valid by its times. Signature and session are not checked. */
export interface Verdict {
  readonly isGood: boolean;
  readonly text: string;
}

/** Judges by `exp` and `nbf` (RFC 7519 4.1), and for sliding tokens by `refresh_exp`. `now` is in milliseconds. */
export function verdictOf(claims: Readonly<Record<string, unknown>>, now: number): Verdict {
  const { exp, nbf, refresh_exp: refreshExp } = claims;
  if (typeof nbf === 'number' && now < nbf * 1000) return bad(`Not valid yet, but ${relativeTime(nbf * 1000, now)}`);
  if (exp === undefined) return good('Never expires: it has no exp');
  if (typeof exp !== 'number') return bad('Its exp is not a time');
  const when = relativeTime(exp * 1000, now);
  if (now < exp * 1000) return good(`Expires ${when}`);
  const canBeRefreshed = typeof refreshExp === 'number' && now < refreshExp * 1000;
  return bad(canBeRefreshed ? `Expired ${when}, but can still be refreshed` : `Expired ${when}`);
}

const good = (text: string): Verdict => ({ isGood: true, text });
const bad = (text: string): Verdict => ({ isGood: false, text });

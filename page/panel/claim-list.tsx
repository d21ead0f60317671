import { relativeTime } from './relative-time.ts';

interface Props {
  readonly label: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Claims whose value is a time, in seconds since the epoch (RFC 7519 2, NumericDate). */
const TIMES = new Set(['exp', 'iat', 'nbf', 'refresh_exp', 'auth_time']);

const MEANINGS: Readonly<Record<string, string>> = {
  alg: 'signed with',
  typ: 'kind',
  kid: 'key',
  token_type: 'kind of token',
  exp: 'expires',
  iat: 'issued',
  nbf: 'not before',
  refresh_exp: 'can be refreshed until',
  auth_time: 'signed in',
  jti: 'unique name',
  user_id: 'user',
  sub: 'subject',
  sid: 'session',
  iss: 'issuer',
  aud: 'audience',
  hash_password: 'fingerprint of the password',
};

const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** The claims of a token, or of its header, in the order in which they stand there. */
export function ClaimList({ label, claims, now }: Props) {
  return (
    <section aria-label={label}>
      <h3>{label}</h3>
      <dl>
        {Object.entries(claims).map(([name, value]) => (
          <div key={name}>
            <dt>
              <code>{name}</code> {MEANINGS[name]}
            </dt>
            <dd>{isTime(name, value) ? <Time seconds={value} now={now} /> : <code>{textOf(value)}</code>}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Time({ seconds, now }: { readonly seconds: number; readonly now: number }) {
  const at = new Date(seconds * 1000);
  return (
    <>
      <time dateTime={at.toISOString()}>{date.format(at)}</time>
      <span>{relativeTime(at.getTime(), now)}</span>
    </>
  );
}

/** The time must be one that a calendar has: 8.64e15 milliseconds is the last (ECMA-262 21.4.1.1). */
function isTime(name: string, value: unknown): value is number {
  return TIMES.has(name) && typeof value === 'number' && Math.abs(value) <= 8.64e12;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

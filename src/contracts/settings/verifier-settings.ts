import { duration, list, optional, REFUSED, text, textOrNone, type GivenTo, type Kind, type ValueOf } from './kinds.ts';
import { SettingsError } from './settings-error.ts';

/** No claim is named like a member of every object: a token with one is refused. */
const MEMBERS = Object.getOwnPropertyNames(Object.prototype).join('|');
const CLAIM_NAME = [
  'a claim name other than exp, iat, nbf, iss, aud, sid, cnf and is_admin',
  new RegExp(`^(?!(exp|iat|nbf|iss|aud|sid|cnf|is_admin|${MEMBERS})$).{1,64}$`),
] as const;
/** The name of a claim that is ours to name. */
export const claimName = text(...CLAIM_NAME);
const claimNameOrNone = textOrNone(...CLAIM_NAME);
/** Quotes and brackets are of a file or a program that the value was taken from: they would become part of each token. */
const BARE = /^[^'"[({]/;
const isScheme = (item: string) => /^[!#$%&'*+.^_`|~\w-]+$/.test(item);

const of = <Value, Given>(
  kind: Kind<Value, Given>,
  fallback: Given,
): { kind: Kind<Value, Given>; fallback: Given } => ({
  kind,
  fallback,
});

/** What a reader of tokens must know of them: the kinds of these settings, and their defaults. The rest is in the table. */
export const verifierSettings = {
  audience: of(
    optional(
      list('one or several audiences, separated by commas, without quotes or brackets', (item) => BARE.test(item)),
    ),
    undefined,
  ),
  issuer: of(optional(text('a text, usually a URL, without quotes or brackets', BARE)), undefined),
  leeway: of(duration('0s', '10m'), 0),
  authHeaderTypes: of(list('schemes separated by commas', isScheme), 'Bearer'),
  authHeaderName: of(
    text("an HTTP header's name as it is on the wire, such as X-Access-Token", /^(?!HTTP_)[\w!#$%&'*+.^`|~-]+$/),
    'Authorization',
  ),
  userIdClaim: of(claimName, 'user_id'),
  authTokenClasses: of(
    list<'access' | 'sliding'>('access, sliding, or both', (item) => item === 'access' || item === 'sliding'),
    'access',
  ),
  tokenTypeClaim: of(claimNameOrNone, 'token_type'),
  jtiClaim: of(claimNameOrNone, 'jti'),
} as const;

type Table = typeof verifierSettings;
type Name = keyof Table;

/** Checked settings of a verifier. */
export type VerifierSettings = { readonly [Key in Name]: ValueOf<Table[Key]['kind']> };

/** Settings as a verifier takes them: every one may be left out. */
export type VerifierSettingsInput = { readonly [Key in Name]?: GivenTo<Table[Key]['kind']> };

/** The claims that are read by a name of one's own; two of them cannot have the same. */
const CLAIMS = ['userIdClaim', 'tokenTypeClaim', 'jtiClaim'] as const;

/**
 * Settings given to a verifier.
 *
 * @throws SettingsError for an unknown option, a bad value, or two claims of one name
 */
export function readVerifierSettings(given: VerifierSettingsInput): VerifierSettings {
  const names = Object.keys(verifierSettings) as Name[];
  const problems = Object.keys(given)
    .filter((name) => !Object.hasOwn(verifierSettings, name))
    .map((name) => `${name}: unknown option; expected one of those in docs/verifying-elsewhere.md.`);
  const entries = names.map((name) => {
    const { kind, fallback } = verifierSettings[name];
    const value = given[name] ?? (given[name] === null && kind.read(null) !== REFUSED ? null : fallback);
    const read = kind.read(value);
    if (read === REFUSED) problems.push(`${name}: got ${JSON.stringify(value)}, expected ${kind.accepts}.`);
    return [name, read];
  });
  if (problems.length > 0) throw new SettingsError(problems);
  const settings = Object.fromEntries(entries) as VerifierSettings;
  for (const [index, name] of CLAIMS.entries()) {
    const claimOf = (key: (typeof CLAIMS)[number]) => settings[key] ?? verifierSettings[key].fallback;
    const twin = CLAIMS.slice(0, index).find((other) => claimOf(other) === claimOf(name));
    if (twin === undefined) continue;
    throw new SettingsError([`${name}: got "${claimOf(name)}", which ${twin} uses already; expected another name.`]);
  }
  return Object.freeze(settings);
}

import { REFUSED, type ValueOf } from './kinds.ts';
import { dpopProblems, libraryDpopProblems, productionDpopProblems } from './dpop-problems.ts';
import { leftByEnvFile } from './env-file.ts';
import { libraryMailProblems, mailProblems, productionMailProblems } from './mail-problems.ts';
import { nearestOf, nearMissesOf, type NearMiss } from './near-misses.ts';
import { originProblems } from './origin-problems.ts';
import { replacementOf } from './replaced.ts';
import { isSecureOrigin } from './secure-origin.ts';
import { SettingsError } from './settings-error.ts';
import { authTable, serverTable, type ServerSettings, type Settings, type SettingsInput } from './settings-table.ts';

export { SettingsError };

type Table = typeof authTable & typeof serverTable;
const table: Table = { ...authTable, ...serverTable };

type Naming = (key: keyof Table) => string;
const asEnvironment: Naming = (key) => table[key].env;
const asOption: Naming = (key) => key;
const ENVIRONMENT_NAMES = Object.values(table).map(({ env }) => env);

/** How one value is shown: text in quotes, secrets never. */
function shown(key: keyof Table, value: unknown): string {
  return 'secret' in table[key] ? 'a value that is not shown' : JSON.stringify(value);
}

function parse<Keys extends keyof Table>(
  keys: readonly Keys[],
  input: Readonly<Record<string, unknown>>,
  nameOf: Naming,
) {
  const problems: string[] = [];
  const entries = keys.map((key) => {
    const { read, accepts } = table[key];
    const given = input[key];
    const isLeftOut = given === undefined || (given === null && read(null) === REFUSED);
    const value = isLeftOut ? table[key].default : given;
    const result = read(value);
    if (result === REFUSED) {
      const known = key === 'corsOrigins' ? originProblems(value) : [];
      const all = known.length > 0 ? known : [`got ${shown(key, value)}, expected ${accepts}`];
      problems.push(...all.map((problem) => `${nameOf(key)}: ${problem}.`));
    }
    return [key, result] as const;
  });
  if (problems.length > 0) throw new SettingsError(problems);
  return Object.fromEntries(entries) as { [Key in Keys]: ValueOf<Table[Key]> };
}

type Lifetime = Extract<keyof Settings, `${string}Lifetime`>;

/** Combinations that have no effect or are dangerous. */
function combinationProblems(settings: Settings, nameOf: Naming): string[] {
  const problems: string[] = [];
  const refuse = (when: boolean, problem: string) => when && problems.push(problem);
  const atMost = (shorter: Lifetime, longer: Lifetime) =>
    refuse(
      settings[shorter] > settings[longer],
      `${nameOf(shorter)}: got ${settings[shorter]} seconds, expected at most ${nameOf(longer)} (${settings[longer]} seconds).`,
    );
  atMost('accessTokenLifetime', 'refreshTokenLifetime');
  atMost('refreshTokenLifetime', 'sessionLifetime');
  atMost('slidingTokenLifetime', 'slidingTokenRefreshLifetime');
  const symmetric = settings.algorithm.startsWith('HS');
  for (const key of ['verifyingKey', 'jwkUrl'] as const) {
    const useless = symmetric && settings[key] !== undefined;
    refuse(
      useless,
      `${nameOf(key)}: given with ${settings.algorithm}, where the signing key verifies; expected an RS, PS or ES ${nameOf('algorithm')}.`,
    );
    refuse(
      settings.keysDir !== undefined && settings[key] !== undefined,
      `${nameOf(key)}: given with ${nameOf('keysDir')}, whose keys verify; expected one of them alone.`,
    );
  }
  refuse(
    settings.refreshSigningKey !== undefined && settings.keysDir !== undefined && settings.signingKey === undefined,
    `${nameOf('refreshSigningKey')}: given with ${nameOf('keysDir')}, whose keys sign refresh tokens too; expected it only beside ${nameOf('signingKey')}, for the refresh tokens from before the ring.`,
  );
  const claims = [
    'userIdClaim',
    'tokenTypeClaim',
    'jtiClaim',
    'slidingTokenRefreshExpClaim',
    'revokeTokenClaim',
  ] as const;
  const claimOf = (key: (typeof claims)[number]) => settings[key] ?? authTable[key].default;
  for (const [index, key] of claims.entries()) {
    const twin = claims.slice(0, index).find((other) => claimOf(other) === claimOf(key));
    if (twin)
      problems.push(
        `${nameOf(key)}: got "${claimOf(key)}", which ${nameOf(twin)} uses already; expected another name.`,
      );
  }
  for (const key of claims) {
    refuse(
      settings.accessClaims !== undefined && Object.keys(settings.accessClaims).some((name) => name === claimOf(key)),
      `${nameOf('accessClaims')}: got the claim "${claimOf(key)}", which ${nameOf(key)} uses already; expected another name.`,
    );
  }
  refuse(
    settings.secondFactor && settings.secondFactorKeys === undefined,
    `${nameOf('secondFactorKeys')}: not set with ${nameOf('secondFactor')} on, expected ${table.secondFactorKeys.accepts}. One can be made with: openssl rand -base64 48`,
  );
  refuse(
    settings.secondFactor && !settings.throttle,
    `${nameOf('throttle')}: off with ${nameOf('secondFactor')} on, so that an attacker with the password could try all codes; expected on.`,
  );
  refuse(
    settings.keyAdministration && settings.keysDir === undefined,
    `${nameOf('keyAdministration')}: on without ${nameOf('keysDir')}, so that there is no key ring to rotate; expected ${nameOf('keysDir')} as well.`,
  );
  for (const origin of settings.corsOrigins ?? []) {
    refuse(
      settings.refreshCookie && !isSecureOrigin(origin),
      `${nameOf('corsOrigins')}: got "${origin}" with ${nameOf('refreshCookie')} on, where anybody on the network can be that page; expected https, or http on localhost.`,
    );
  }
  return [...problems, ...mailProblems(settings, nameOf), ...dpopProblems(settings, nameOf)];
}

/** Rules for settings that only the server has. */
function libraryProblems(settings: Settings): string[] {
  const { corsOrigins, refreshCookie } = settings;
  const problems = [...libraryMailProblems(settings), ...libraryDpopProblems(settings)];
  if (corsOrigins === undefined || refreshCookie) return problems;
  return [
    ...problems,
    'corsOrigins: given without refreshCookie, where the library does nothing with it; expected refreshCookie on as well, or CORS headers from your own server.',
  ];
}

/** Rules for production. */
function productionProblems(settings: ServerSettings): string[] {
  if (settings.nodeEnv !== 'production') return [];
  const problems: string[] = [];
  if (settings.signingKey === undefined && settings.keysDir === undefined) {
    problems.push(
      `JWT_SIGNING_KEY: not set, expected ${authTable.signingKey.accepts}; NODE_ENV=production makes none. One can be made with: openssl rand -base64 48`,
    );
  }
  if (settings.passwordHashCost < 10) {
    problems.push(
      `PASSWORD_HASH_COST: got ${settings.passwordHashCost}, expected at least 10 when NODE_ENV=production.`,
    );
  }
  return [...problems, ...productionMailProblems(settings), ...productionDpopProblems(settings)];
}

/** A header that nobody is believed. */
function addressProblems({ clientAddressHeader: header, trustProxy }: ServerSettings): string[] {
  if (trustProxy !== undefined || header.toLowerCase() === 'x-forwarded-for') return [];
  return [
    `CLIENT_ADDRESS_HEADER: got "${header}" without TRUST_PROXY, so that it is never trusted; expected the addresses of your proxies in TRUST_PROXY as well.`,
  ];
}

/** Ports and hosts that cannot be listened on. */
function portProblems({ port, metricsPort }: ServerSettings): string[] {
  if (metricsPort === undefined || metricsPort === 0 || metricsPort !== port) return [];
  return [`METRICS_PORT: got ${metricsPort}, which PORT uses already; expected another port, because PORT is public.`];
}

function refuseIfAny(problems: readonly string[]): void {
  if (problems.length > 0) throw new SettingsError(problems);
}

/**
 * Settings given to the library.
 *
 * @throws SettingsError for an unknown option, a bad value or a combination that makes no sense.
 */
export function settingsFromOptions(options: SettingsInput): Settings {
  const unknown = Object.keys(options).filter((key) => !Object.hasOwn(authTable, key));
  refuseIfAny(unknown.map(unknownOption));
  const settings = parse(Object.keys(authTable) as (keyof Settings)[], options, asOption);
  refuseIfAny([...combinationProblems(settings, asOption), ...libraryProblems(settings)]);
  return Object.freeze(settings);
}

function unknownVariable(name: string): string {
  const replacement = replacementOf(name.slice('JWT_'.length));
  if (replacement !== null) return `${name}: ${replacement}`;
  return `${name}: unknown setting; ${lookUp(nearestOf(name, ENVIRONMENT_NAMES))}`;
}

/** simplejwt's name in the form of another: `tokenObtainSerializer` is `TOKEN_OBTAIN_SERIALIZER`. */
const asInSimplejwt = (option: string): string => option.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

function unknownOption(name: string): string {
  const seed = asInSimplejwt(name);
  const own = Object.entries(authTable).find(([, { env }]) => env === `JWT_${seed}`);
  if (own !== undefined) return `${name}: unknown option; expected its name here, ${own[0]}.`;
  return `${name}: ${replacementOf(seed) ?? `unknown option; ${lookUp(nearestOf(name, Object.keys(authTable)))}`}`;
}

const lookUp = (meant: string | null): string =>
  meant === null ? 'see docs/settings.md for all names.' : `did you mean ${meant}? All names are in docs/settings.md.`;

/**
 * Settings of the server, from environment variables. An empty variable counts as not set.
 *
 * @throws SettingsError for an unknown `JWT_` variable, a bad value or a dangerous combination.
 */
export function settingsFromEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ServerSettings {
  const given = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '');
  const known = new Map(Object.entries(table).map(([key, { env }]) => [env, key]));
  refuseIfAny(
    given.filter(([name]) => name.startsWith('JWT_') && !known.has(name)).map(([name]) => unknownVariable(name)),
  );
  refuseIfAny(given.flatMap(([name, value = '']) => (known.has(name) ? leftByEnvFile(name, value) : [])));
  const input = Object.fromEntries(
    given.flatMap(([name, value]) => (known.has(name) ? [[known.get(name), value]] : [])),
  );
  const settings = parse(Object.keys(table) as (keyof Table)[], input, asEnvironment);
  refuseIfAny([
    ...combinationProblems(settings, asEnvironment),
    ...productionProblems(settings),
    ...portProblems(settings),
    ...addressProblems(settings),
  ]);
  return Object.freeze(settings);
}

/** Variables that are given and are no settings, but are spelt nearly like one. */
export function nearMissesInEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): NearMiss[] {
  return nearMissesOf(Object.keys(environment), ENVIRONMENT_NAMES);
}

/** The environment of this process, which nothing else reads. */
export const processEnvironment = (): Readonly<Record<string, string | undefined>> => process.env;

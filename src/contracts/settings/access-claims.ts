import type { JsonValue } from '../claims.ts';
import { REFUSED, type Kind } from './kinds.ts';

/** Claims by name, with what stands for a value of the account in them. */
export type ClaimTemplate = Readonly<Record<string, JsonValue>>;

/** What stands for a value of the account. */
export const ACCOUNT_VALUES = ['$id', '$username', '$roles', '$scope'] as const;

/** Templates by name. */
const PRESETS: Readonly<Record<string, ClaimTemplate>> = {
  hasura: {
    'https://hasura.io/jwt/claims': {
      'x-hasura-user-id': '$id',
      'x-hasura-default-role': 'user',
      'x-hasura-allowed-roles': ['user', '$roles'],
    },
  },
  scope: { sub: '$id', username: '$username', scope: '$scope' },
};

/** Claims that say what a token is: no setting gives another value to them. */
const RESERVED_CLAIMS = ['exp', 'iat', 'nbf', 'iss', 'aud', 'sid', 'is_admin', 'cnf'] as const;

/** Claims of access and sliding tokens: a preset, or a template as JSON or an object. */
export const accessClaims: Kind<ClaimTemplate, string | Record<string, unknown>> = {
  accepts: `${Object.keys(PRESETS).join(', ')}, or claims as a JSON object, such as {"sub":"$id","username":"$username","roles":"$roles"}; none of the names ${RESERVED_CLAIMS.join(', ')}; values of the account are ${ACCOUNT_VALUES.join(', ')}`,
  read: (given) => {
    const claims = typeof given === 'string' ? (PRESETS[given.trim()] ?? parsed(given)) : given;
    return isTemplate(claims) ? claims : REFUSED;
  },
};

function isTemplate(value: unknown): value is ClaimTemplate {
  if (!isPlain(value)) return false;
  const isReserved = (name: string) => RESERVED_CLAIMS.some((other) => other === name) || name in Object.prototype;
  const isName = (name: string) => name !== '' && name.length <= 64 && !isReserved(name);
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([name, inner]) => isName(name) && isClaimValue(inner));
}

/** JSON, where all that begins with `$` is a value there is. */
function isClaimValue(value: unknown): value is JsonValue {
  if (typeof value === 'string') return !value.startsWith('$') || ACCOUNT_VALUES.some((name) => name === value);
  if (typeof value === 'number') return Number.isFinite(value);
  if (value === null || typeof value === 'boolean') return true;
  if (Array.isArray(value)) return value.every(isClaimValue);
  return isPlain(value) && Object.values(value).every(isClaimValue);
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

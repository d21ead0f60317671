import { z } from 'zod';
import type { JsonValue } from '../claims.ts';
import type { Kind } from './kinds.ts';

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
const RESERVED_CLAIMS = ['exp', 'iat', 'nbf', 'iss', 'aud', 'sid', 'is_admin'] as const;

const template = z
  .record(z.string().regex(/^.{1,64}$/s), z.json())
  .refine((claims) => Object.keys(claims).length > 0)
  .refine((claims) => RESERVED_CLAIMS.every((name) => !Object.hasOwn(claims, name)))
  .refine((claims) => isKnown(claims));

/** Claims of access and sliding tokens: a preset, or a template as JSON or an object. */
export const accessClaims: Kind<z.ZodType<ClaimTemplate, string | Record<string, unknown>>> = {
  accepts: `${Object.keys(PRESETS).join(', ')}, or claims as a JSON object, such as {"sub":"$id","username":"$username","roles":"$roles"}; none of the names ${RESERVED_CLAIMS.join(', ')}; values of the account are ${ACCOUNT_VALUES.join(', ')}`,
  schema: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .transform((given) => (typeof given === 'string' ? (PRESETS[given.trim()] ?? parsed(given)) : given))
    .pipe(template),
};

/** Whether all that begins with `$` is a value there is. */
function isKnown(value: JsonValue): boolean {
  if (typeof value === 'string') return !value.startsWith('$') || ACCOUNT_VALUES.some((name) => name === value);
  return (
    typeof value !== 'object' || value === null || Object.values(value).every((inner: JsonValue) => isKnown(inner))
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

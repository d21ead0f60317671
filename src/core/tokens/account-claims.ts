import type { JsonValue } from '../../contracts/claims.ts';
import type { User } from '../../contracts/hooks.ts';
import type { ACCOUNT_VALUES, ClaimTemplate } from '../../contracts/settings/access-claims.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import { rolesOf } from '../sessions/account.ts';

/** Settings that say what is told of an account. */
type Telling = Pick<Settings, 'roles'>;
type AccountValue = (typeof ACCOUNT_VALUES)[number];

/** Undefined: the claim is left out. */
const VALUES: Readonly<Record<AccountValue, (user: User, settings: Telling) => JsonValue | undefined>> = {
  $id: ({ id }) => id,
  $username: ({ username }) => username,
  $roles: rolesOf,
  $scope: (user, settings) => rolesOf(user, settings).join(' ') || undefined, // RFC 6749 3.3: a scope is never empty
};

/** The claims of an account by the setting. Those that are left out are undefined. */
export function accountClaims(
  template: ClaimTemplate,
  user: User,
  settings: Telling,
): Readonly<Record<string, JsonValue | undefined>> {
  return Object.fromEntries(Object.entries(template).map(([name, value]) => [name, filled(value, user, settings)]));
}

/** A list in a list is spread: `["user", "$roles"]`. */
function filled(value: JsonValue, user: User, settings: Telling): JsonValue | undefined {
  if (typeof value === 'string') return isAccountValue(value) ? VALUES[value](user, settings) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (!isList(value)) {
    const entries = Object.entries(value).map(([name, inner]) => [name, filled(inner, user, settings)] as const);
    return Object.fromEntries(entries.flatMap(([name, inner]) => (inner === undefined ? [] : [[name, inner]])));
  }
  return value.flatMap((inner) => {
    const item = filled(inner, user, settings);
    if (item === undefined) return [];
    return typeof inner === 'string' && isList(item) ? item : [item];
  });
}

const isAccountValue = (value: string): value is AccountValue => Object.hasOwn(VALUES, value);
const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

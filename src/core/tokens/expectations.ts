import type { Token, TokenType, VerifiedToken } from '../../contracts/claims.ts';
import { isNumericDate } from '../../contracts/numeric-date.ts';
import type { Clock } from '../../contracts/clock.ts';
import { PermissionDenied, TokenExpired, TokenInvalid, TokenWrongType } from '../../contracts/errors.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';

/** The type of a token that names none, as simplejwt's `UntypedToken`. */
const UNTYPED = ''; // no claim can be: a name is not empty

/** @throws TokenInvalid */
export function expectComplete(token: VerifiedToken): Token {
  const { expiresAt, jti, type } = token;
  if (expiresAt === null) throw new TokenInvalid("Token has no 'exp' claim");
  if (jti === null) throw new TokenInvalid('Token has no id');
  return { ...token, expiresAt, jti, type: type ?? UNTYPED };
}

/**
 * Where types are not asked for, a token without one is of the first type that is due, as in simplejwt.
 *
 * @throws TokenInvalid, TokenWrongType
 */
export function expectType<Type extends TokenType>(
  token: Token,
  types: readonly Type[],
  { tokenTypeClaim }: Pick<Settings, 'tokenTypeClaim'>,
): Token<Type> {
  const [first] = types;
  if (token.type === UNTYPED && tokenTypeClaim === null && first !== undefined) return { ...token, type: first };
  if (token.type === UNTYPED) throw new TokenInvalid('Token has no type');
  const type = types.find((accepted) => accepted === token.type);
  if (type === undefined) throw new TokenWrongType();
  return { ...token, type };
}

/** @throws TokenInvalid */
export function expectUserId<Some extends Token>(token: Some): asserts token is Some & { readonly userId: string } {
  if (token.userId === null) throw new TokenInvalid('Token contained no recognizable user identification');
}

/**
 * When a sliding token can be refreshed no more, in seconds since the epoch.
 *
 * @throws TokenInvalid, TokenExpired
 */
export function expectRefreshable(
  { claims }: VerifiedToken,
  { settings, clock }: { readonly settings: Settings; readonly clock: Clock },
): number {
  const { slidingTokenRefreshExpClaim: claim, leeway } = settings;
  const refreshExpiresAt = claims[claim];
  if (refreshExpiresAt === undefined) throw new TokenInvalid(`Token has no '${claim}' claim`);
  if (!isNumericDate(refreshExpiresAt)) throw new TokenInvalid();
  if (refreshExpiresAt <= clock() / 1000 - leeway) {
    throw new TokenExpired('LOGIN', `Token '${claim}' claim has expired`);
  }
  return refreshExpiresAt;
}

/**
 * Lets a token pass that has one of the roles in its claim `roles`, or any token where none is asked for.
 *
 * @throws PermissionDenied
 */
export function expectRole({ claims: { roles: granted } }: VerifiedToken, roles: readonly string[]): void {
  if (roles.length === 0) return;
  if (!Array.isArray(granted) || !roles.some((role) => granted.includes(role))) throw new PermissionDenied();
}

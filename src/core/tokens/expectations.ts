import type { Token, TokenType, VerifiedToken } from '../../contracts/claims.ts';
import { TokenInvalid, TokenWrongType } from '../../contracts/errors.ts';

/** The type of a token that names none, as simplejwt's `UntypedToken`. */
const UNTYPED = ''; // no claim can be: a name is not empty

/** @throws TokenInvalid */
export function expectComplete(token: VerifiedToken): Token {
  const { expiresAt, jti, type } = token;
  if (expiresAt === null) throw new TokenInvalid("Token has no 'exp' claim");
  if (jti === null) throw new TokenInvalid('Token has no id');
  return { ...token, expiresAt, jti, type: type ?? UNTYPED };
}

/** @throws TokenInvalid, TokenWrongType */
export function expectType<Type extends TokenType>(token: Token, types: readonly Type[]): Token<Type> {
  if (token.type === UNTYPED) throw new TokenInvalid('Token has no type');
  const type = types.find((accepted) => accepted === token.type);
  if (type === undefined) throw new TokenWrongType();
  return { ...token, type };
}

/** @throws TokenInvalid */
export function expectUserId<Some extends Token>(token: Some): asserts token is Some & { readonly userId: string } {
  if (token.userId === null) throw new TokenInvalid('Token contained no recognizable user identification');
}

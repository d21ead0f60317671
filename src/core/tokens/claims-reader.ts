import type { Claims, JsonValue, VerifiedToken } from '../../contracts/claims.ts';
import { TokenInvalid, TokenNotYetValid } from '../../contracts/errors.ts';
import { isNumericDate } from '../../contracts/numeric-date.ts';
import type { VerifierSettings } from '../../contracts/settings/verifier-settings.ts';
import { isName, isObject } from './token-form.ts';

type ClaimNames = Pick<VerifierSettings, 'userIdClaim' | 'tokenTypeClaim' | 'jtiClaim'>;

/** The names of the claims with the type and the name of a token, also where they are not asked for. */
export const ownClaims = ({ tokenTypeClaim, jtiClaim }: Pick<ClaimNames, 'tokenTypeClaim' | 'jtiClaim'>) => ({
  tokenTypeClaim: tokenTypeClaim ?? 'token_type',
  jtiClaim: jtiClaim ?? 'jti',
});

/** What a client does about a token that has expired: only for an access token is there another to be had. */
export const actionAfterExpiry = (claims: unknown, settings: ClaimNames): 'REFRESH' | 'LOGIN' =>
  isObject(claims) && claims[ownClaims(settings).tokenTypeClaim] === 'access' ? 'REFRESH' : 'LOGIN';

/** Whether a name has to be made for a token that has none. */
export const isNameless = (payload: unknown, { jtiClaim }: ClaimNames): boolean =>
  jtiClaim === null &&
  isObject(payload) &&
  payload[ownClaims({ tokenTypeClaim: null, jtiClaim }).jtiClaim] === undefined;

/**
 * Reads the claims of a token whose signature holds, each of which has to be of its kind; `madeName` is the name of a token
 * without one, `latest` a NumericDate.
 *
 * @throws TokenInvalid, TokenNotYetValid
 */
export function readClaims(
  payload: unknown,
  {
    settings,
    latest,
    madeName,
  }: { readonly settings: ClaimNames; readonly latest: number; readonly madeName: string | null },
): VerifiedToken {
  const { tokenTypeClaim, jtiClaim } = ownClaims(settings);
  if (!isClaims(payload)) throw new TokenInvalid();
  const issuedAt = optional(payload['iat'], isNumericDate);
  const validFrom = Math.max(issuedAt ?? 0, optional(payload['nbf'], isNumericDate) ?? 0);
  const userId = optional(payload[settings.userIdClaim], isUserId);
  const verified = {
    type: optional(payload[tokenTypeClaim], isName),
    jti: optional(payload[jtiClaim], isName) ?? madeName,
    userId: userId === null ? null : String(userId),
    sessionId: optional(payload['sid'], isName),
    issuedAt,
    expiresAt: optional(payload['exp'], isNumericDate),
    claims: payload,
  };
  if (validFrom > latest) throw new TokenNotYetValid(validFrom - latest);
  return verified;
}

function optional<Value extends JsonValue>(
  value: JsonValue | undefined,
  is: (value: unknown) => value is Value,
): Value | null {
  if (value === undefined) return null;
  if (!is(value)) throw new TokenInvalid();
  return value;
}

/** No real claim is named like a member of every object, and the library fails to sign such claims. */
function isClaims(value: unknown): value is Claims {
  return isObject(value) && !Object.keys(value).some((name) => name in Object.prototype);
}

/** A string, or the integer of simplejwt before 5.5.1. */
function isUserId(value: unknown): value is string | number {
  return Number.isSafeInteger(value) || isName(value);
}

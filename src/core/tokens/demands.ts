import { isNumericDate, type JsonValue, type VerifiedToken } from '../../contracts/claims.ts';
import { PermissionDenied, StepUpRequired, type SignInDemand } from '../../contracts/errors.ts';
import type { Authentication } from '../../contracts/store/store.ts';

/**
 * What a field asks of its caller, in `@Authorized(...)`: a role, of which one is enough where several are named, or something
 * of the last sign-in.
 *
 * @example
 * ```ts
 * @Authorized<Demand>('EDITOR', { maxAge: 300, amr: 'mfa' })
 * ```
 */
export type Demand = string | SignInDemand;

/** How the user of a token signed in, as its claims `auth_time` and `amr` say; null where they do not. */
export function authenticationIn({ claims }: Pick<VerifiedToken, 'claims'>): Authentication | null {
  const { auth_time: at, amr } = claims;
  if (!isNumericDate(at)) return null;
  const methods = Array.isArray(amr) ? (amr as readonly JsonValue[]).filter((one) => typeof one === 'string') : [];
  return { at: new Date(at * 1000), methods };
}

/**
 * Lets a caller pass who has one of the roles that are named, if any is, and who signed in as every other demand says.
 *
 * @param granted the caller's roles, whatever a claim holds
 * @param now milliseconds since the epoch
 * @throws PermissionDenied, StepUpRequired
 */
export function expectDemands(
  demands: readonly Demand[],
  granted: unknown,
  authentication: Authentication | null,
  now: number,
): void {
  const roles = demands.filter((demand) => typeof demand === 'string');
  const isGranted = Array.isArray(granted) && roles.some((role) => granted.includes(role));
  if (roles.length > 0 && !isGranted) throw new PermissionDenied();
  for (const demand of demands) {
    if (typeof demand !== 'string' && !isMet(demand, authentication, now)) throw new StepUpRequired(demand);
  }
}

function isMet({ maxAge = Infinity, amr }: SignInDemand, authentication: Authentication | null, now: number): boolean {
  if (authentication === null) return false;
  const { at, methods } = authentication;
  return now - at.getTime() <= maxAge * 1000 && (amr === undefined || methods.includes(amr));
}

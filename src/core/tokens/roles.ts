import type { VerifiedToken } from '../../contracts/claims.ts';
import { PermissionDenied } from '../../contracts/errors.ts';

/**
 * Lets a token pass that has one of the roles in its claim `roles`, or any token where none is asked for.
 *
 * @throws PermissionDenied
 */
export function expectRole({ claims: { roles: granted } }: VerifiedToken, roles: readonly string[]): void {
  if (roles.length === 0) return;
  if (!Array.isArray(granted) || !roles.some((role) => granted.includes(role))) throw new PermissionDenied();
}

/** Why sessions end. */
export const REVOCATION_REASONS = [
  'signed_out',
  'revoked',
  'reused',
  'replayed',
  'limit',
  'password_changed',
  'user_disabled',
  'user_deleted',
] as const;

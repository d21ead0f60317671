/** Every error a caller can meet: each carries its `code`, its `reason`, and the `action` a client takes next. */
export { AuthError, authErrorIn, type ErrorAction, type ErrorCode, type ErrorReason } from './errors/auth-error.ts';
export * from './errors/account-errors.ts';
export * from './errors/request-errors.ts';
export * from './errors/token-errors.ts';
export * from './errors/factor-errors.ts';
export * from './errors/proof-errors.ts';

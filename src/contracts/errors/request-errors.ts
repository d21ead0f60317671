import { AuthError, type InputReason } from './auth-error.ts';

/** In cookie mode: the request's origin is neither the server's own nor one of `CORS_ORIGINS`. */
export class OriginNotAllowed extends AuthError {
  override name = 'OriginNotAllowed';
  readonly code = 'FORBIDDEN';
  readonly reason = 'origin_not_allowed';
  constructor() {
    super(
      "Requests from this origin are not allowed. Expected this server's own origin, by https, or one of CORS_ORIGINS.",
    );
  }
}

/** A value is not acceptable; `field` is the argument it came in. */
export class InvalidInput extends AuthError {
  override name = 'InvalidInput';
  readonly code = 'BAD_USER_INPUT';
  constructor(
    readonly field: string,
    message: string,
    readonly reason: InputReason = 'invalid_input',
  ) {
    super(message);
  }
  override get extensions(): Record<string, unknown> {
    return { ...super.extensions, field: this.field };
  }
}

/** Too many attempts. Clients do not learn which limit was reached, nor whether the account exists. */
export class Throttled extends AuthError {
  override name = 'Throttled';
  readonly code = 'TOO_MANY_REQUESTS';
  readonly reason = 'throttled';
  override readonly action = 'WAIT';
  /** `retryAfter`: whole seconds, at least 1, after which trying again makes sense. */
  constructor(readonly retryAfter: number) {
    super(`Too many attempts. Wait ${retryAfter} ${retryAfter === 1 ? 'second' : 'seconds'}, then try again.`);
  }
  override get extensions(): Record<string, unknown> {
    return { ...super.extensions, retryAfter: this.retryAfter };
  }
}

abstract class Unavailable extends AuthError {
  readonly code = 'SERVICE_UNAVAILABLE';
  override readonly action = 'WAIT';
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number = 1;
  override get extensions(): Record<string, unknown> {
    return { ...super.extensions, retryAfter: this.retryAfter };
  }
}

/** Too many passwords wait to be hashed or checked. */
export class Overloaded extends Unavailable {
  override name = 'Overloaded';
  readonly reason = 'overloaded';
  constructor() {
    super('The server is busy. Try again in a moment.');
  }
}

/** The store does not answer, or refuses to write; `cause` is its own error and is logged, never shown. */
export class StoreUnavailable extends Unavailable {
  override name = 'StoreUnavailable';
  readonly reason = 'store_unavailable';
  constructor(cause: unknown) {
    super('The service is temporarily unavailable. Try again in a moment.', { cause });
  }
}

import { AuthError, Unauthenticated } from './auth-error.ts';

/** The request carries no credentials of an accepted scheme. */
export class NotAuthenticated extends Unauthenticated {
  override name = 'NotAuthenticated';
  readonly reason = 'not_authenticated';
  constructor() {
    super('Authentication credentials were not provided.');
  }
}

/** The header has an accepted scheme, but not exactly one value after it. */
export class BadAuthorizationHeader extends AuthError {
  override name = 'BadAuthorizationHeader';
  readonly code = 'UNAUTHENTICATED';
  readonly reason = 'bad_authorization_header';
  constructor() {
    super('Authorization header must contain two space-delimited values');
  }
}

/** Sign-in failed, or the account of a token is deleted or disabled. Clients do not learn which. */
export class NoActiveAccount extends Unauthenticated {
  override name = 'NoActiveAccount';
  readonly reason = 'no_active_account';
  constructor(
    message:
      | 'No active account found with the given credentials'
      | 'No active account found for the given token.' = 'No active account found with the given credentials',
  ) {
    super(message);
  }
}

/** The user a valid token names does not exist. */
export class UserNotFound extends Unauthenticated {
  override name = 'UserNotFound';
  readonly reason = 'user_not_found';
  constructor() {
    super('User not found');
  }
}

/** The user a valid token names is disabled. */
export class UserInactive extends Unauthenticated {
  override name = 'UserInactive';
  readonly reason = 'user_inactive';
  constructor() {
    super('User is inactive');
  }
}

/** The token was issued before the user's password was changed. */
export class PasswordChanged extends Unauthenticated {
  override name = 'PasswordChanged';
  readonly reason = 'password_changed';
  constructor() {
    super("The user's password has been changed.");
  }
}

/** Admins may neither demote, disable nor delete themselves, as no other admin might be left; nor skip their own password. */
export class OwnAccount extends AuthError {
  override name = 'OwnAccount';
  readonly code = 'FORBIDDEN';
  readonly reason = 'own_account';
  constructor(
    message = 'You cannot disable or delete your own account, set its password or remove its admin role. Ask another admin, or use the command line.',
  ) {
    super(message);
  }
}

/** Authenticated, but without the role the field asks for. */
export class PermissionDenied extends AuthError {
  override name = 'PermissionDenied';
  readonly code = 'FORBIDDEN';
  readonly reason = 'permission_denied';
  constructor() {
    super('You do not have permission to perform this action.');
  }
}

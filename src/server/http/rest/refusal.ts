import type { GraphQLFormattedError } from 'graphql';

/** A request that is answered with an error, as Django REST framework words it. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly body: object,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(`refused with ${status}`);
  }
}

/** A refusal of one sentence. */
export const refusal = (status: number, detail: string, headers?: Readonly<Record<string, string>>): Refusal =>
  new Refusal(status, { detail }, headers);

/** Reasons whose errors have no `code`: those are errors of Django REST framework, not of simplejwt. */
const WITHOUT_CODE: ReadonlySet<unknown> = new Set([
  'not_authenticated',
  'no_active_account',
  'second_factor_required',
]);
/** Reasons that have a code of their own; all others of tokens are `token_not_valid`. */
const OWN_CODES: ReadonlySet<unknown> = new Set([
  'bad_authorization_header',
  'user_not_found',
  'user_inactive',
  'password_changed',
]);

/**
 * An error of an operation as simplejwt's views answer it.
 *
 * @param challenge what `WWW-Authenticate` says
 * @param blacklistedIsInput whether a blacklisted token is an error of no field
 */
export function refusalOf(
  { message, extensions = {} }: GraphQLFormattedError,
  challenge: string,
  blacklistedIsInput: boolean,
): Refusal {
  const { code, reason, field, messages, retryAfter } = extensions;
  const wait = typeof retryAfter === 'number' ? { 'retry-after': `${retryAfter}` } : {};
  switch (code) {
    case 'BAD_USER_INPUT':
      return new Refusal(400, { [typeof field === 'string' ? field : 'non_field_errors']: [message] });
    case 'UNAUTHENTICATED': {
      if (blacklistedIsInput && reason === 'token_blacklisted')
        return new Refusal(400, { non_field_errors: [message] });
      const named = WITHOUT_CODE.has(reason) ? {} : { code: OWN_CODES.has(reason) ? reason : 'token_not_valid' };
      const listed = messages === undefined ? {} : { messages };
      return new Refusal(401, { detail: message, ...named, ...listed }, { 'www-authenticate': challenge });
    }
    case 'FORBIDDEN':
      return refusal(403, message);
    case 'TOO_MANY_REQUESTS': {
      const seconds = `${Number(retryAfter)} ${retryAfter === 1 ? 'second' : 'seconds'}`;
      return refusal(429, `Request was throttled. Expected available in ${seconds}.`, wait);
    }
    case 'SERVICE_UNAVAILABLE':
      return refusal(503, message, wait);
    default:
      return refusal(500, 'Internal server error');
  }
}

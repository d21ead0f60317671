/**
 * graphql-simplejwt for clients of servers where accounts have e-mail addresses: registration, links in mails, forgotten
 * passwords, and what happened to an account.
 */
import { asUser } from './as-user.ts';
import {
  EmailChangeDocument,
  EmailVerifyDocument,
  PasswordResetDocument,
  PasswordResetRequestDocument,
  SecurityEventsDocument,
  UserRegisterDocument,
  type SecurityEventsQuery,
  type UserRegisterMutation,
} from './generated/recovery-operations.ts';
import { sendField } from './send-field.ts';
import { TokenRequestError, type TypedOperation } from './token-api.ts';
import type { TokenStore } from './token-store.ts';

export { TokenRequestError, type TokenRequestOutcome } from './token-api.ts';

/** What the link of a mail is for: the operation that takes its token. */
export interface MailLink {
  readonly purpose: 'emailVerify' | 'passwordReset';
  readonly token: string;
}

/** An account that was just made. */
export type RegisteredUser = UserRegisterMutation['userRegister'];
/** Something that happened to an account. `at` is a moment as text (RFC 3339). */
export type AccountEvent = SecurityEventsQuery['securityEvents'][number];

/** How to reach the server, and who is signed in. */
export interface RecoveryOptions {
  /** Of the GraphQL API. */
  readonly url: string;
  /** For the operations of somebody who is signed in. */
  readonly tokens?: Pick<TokenStore, 'accessToken' | 'headers' | 'refresh'>;
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
}

/** The operations. Each throws a `TokenRequestError`, whose message can be shown. */
export interface RecoveryApi {
  /** Makes an account; an address is sent a link. */
  register(this: void, account: { username: string; password: string; email?: string | null }): Promise<RegisteredUser>;
  /** Uses the link that was sent to an address. Resolves to the address. */
  verifyEmail(this: void, token: string): Promise<string>;
  /** Sends a link for a new password, if there is such an account; the answer does not say. */
  requestPasswordReset(this: void, usernameOrEmail: string): Promise<void>;
  /** Sets a password by a link. Nobody is signed in by that. */
  resetPassword(this: void, token: string, newPassword: string): Promise<void>;
  /** Sends a link to the address that is to be the account's. Needs `tokens`. */
  changeEmail(this: void, currentPassword: string, email: string): Promise<string>;
  /** What happened to the account, the newest first. Needs `tokens`. */
  securityEvents(this: void): Promise<readonly AccountEvent[]>;
}

/**
 * Makes the operations, typed, with nothing but `fetch`.
 *
 * @example
 * ```ts
 * import { createRecoveryApi, takeLink } from 'graphql-simplejwt/recovery';
 *
 * const recovery = createRecoveryApi({ url: '/graphql' });
 * const link = takeLink(); // before anything else reads the address of the page
 * if (link?.purpose === 'emailVerify') await recovery.verifyEmail(link.token);
 * ```
 */
export function createRecoveryApi({ url, tokens, fetch: given }: RecoveryOptions): RecoveryApi {
  const reach = { url, fetch: given ?? ((input, init) => fetch(input, init)), credentials: 'same-origin' } as const;
  const ask = <Data extends object, Variables>(document: TypedOperation<Data, Variables>, variables: Variables) =>
    sendField(reach, document, variables);
  const askAsUser = async <Data extends object, Variables>(
    document: TypedOperation<Data, Variables>,
    variables: Variables,
  ) => {
    const noUser = new TokenRequestError('Nobody is signed in.', 'refused', 'not_authenticated');
    if (tokens === undefined) throw noUser;
    return asUser(tokens, (access) => {
      if (access === null) throw noUser;
      return sendField({ ...reach, headers: tokens.headers(access) }, document, variables);
    });
  };
  return {
    register: ({ username, password, email = null }) => ask(UserRegisterDocument, { username, password, email }),
    verifyEmail: (token) => ask(EmailVerifyDocument, { token }),
    requestPasswordReset: async (usernameOrEmail) => {
      await ask(PasswordResetRequestDocument, { usernameOrEmail });
    },
    resetPassword: async (token, newPassword) => {
      await ask(PasswordResetDocument, { token, newPassword });
    },
    changeEmail: (currentPassword, email) => askAsUser(EmailChangeDocument, { currentPassword, email }),
    securityEvents: () => askAsUser(SecurityEventsDocument, {}),
  };
}

/** The link in an address, such as `https://app.example.com/account#passwordReset=...`; null if there is none. */
export function linkIn(address: string): MailLink | null {
  const [, purpose, token = ''] = /#(emailVerify|passwordReset)=([\w-]+)$/.exec(address) ?? [];
  return purpose === undefined ? null : { purpose: purpose as MailLink['purpose'], token };
}

/** The link by which this page was opened, and takes it out of the address: neither the history nor a bookmark keeps it. */
export function takeLink(): MailLink | null {
  const link = linkIn(location.href);
  if (link !== null) history.replaceState(history.state, '', location.href.replace(/#.*$/, ''));
  return link;
}

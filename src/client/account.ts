import { asUser } from './as-user.ts';
import {
  AccountDeleteDocument,
  AccountExportDocument,
  RecoveryCodesRenewDocument,
  SecondFactorDocument,
  SessionRenameDocument,
  TokenObtainNamedDocument,
  TokenObtainPairOtpDocument,
  TokenStepUpDocument,
  TotpConfirmDocument,
  TotpRemoveDocument,
  TotpSetUpDocument,
} from './generated/account-operations.ts';
import { sendField } from './send-field.ts';
import { TokenRequestError, type TypedOperation } from './token-api.ts';
import type { TokenStore } from './token-store.ts';

export { TokenRequestError };

/** How to reach the server, and whose tokens are sent. */
export interface AccountOptions {
  readonly tokens: TokenStore;
  /** Default: `/graphql`. */
  readonly url?: string;
  /** Default: that of the page. */
  readonly fetch?: typeof fetch;
  /** `include` where the token store is in cookie mode across origins. Default: `same-origin`. */
  readonly credentials?: 'include' | 'omit' | 'same-origin';
}

/** The password of a signed-in user, and a code where they have a second factor. */
interface Credentials {
  readonly password: string;
  readonly code?: string | null;
}

/** What signed-in users do with their account, where the server has it on. Each rejects with a `TokenRequestError`. */
export interface AccountApi {
  /** Signs in, and gives the device a name. Its error has a `challenge` where a code is due. */
  signIn(username: string, password: string, deviceName?: string): Promise<void>;
  /** Ends a sign-in that was answered with a challenge. */
  signInWithCode(challenge: string, code: string, deviceName?: string): Promise<void>;
  /** Makes the sign-in recent again, for what failed with the reason `step_up_required`. The tokens are refreshed. */
  stepUp(credentials: Credentials): Promise<void>;
  secondFactor(): Promise<{ readonly addedAt: string | null; readonly recoveryCodesLeft: number }>;
  /** What an authenticator app reads; confirm it with a code. */
  setUpTotp(credentials: Credentials): Promise<{ readonly secret: string; readonly uri: string }>;
  /** Resolves to the recovery codes, which are shown this once. */
  confirmTotp(code: string): Promise<readonly string[]>;
  removeTotp(credentials: Credentials): Promise<boolean>;
  /** Resolves to the recovery codes, which are shown this once. */
  renewRecoveryCodes(credentials: Credentials): Promise<readonly string[]>;
  renameSession(id: string, deviceName: string): Promise<void>;
  exportAccount(): Promise<Readonly<Record<string, unknown>>>;
  /** Deletes the account, and forgets its tokens. */
  deleteAccount(credentials: Credentials): Promise<void>;
}

/**
 * Makes the functions for second factors, step-up, names of devices, and leaving, for a token store.
 *
 * @example
 * ```ts
 * import { createAccountApi, TokenRequestError } from 'graphql-simplejwt/account';
 * import { createTokenStore } from 'graphql-simplejwt/client';
 *
 * const tokens = createTokenStore({ url: '/graphql' });
 * const account = createAccountApi({ tokens, url: '/graphql' });
 * await tokens.signIn('alice', 'wonderland123!').catch(async (error: unknown) => {
 *   if (!(error instanceof TokenRequestError) || error.challenge === null) throw error;
 *   await account.signInWithCode(error.challenge, prompt('Code') ?? '');
 * });
 * ```
 */
export function createAccountApi(options: AccountOptions): AccountApi {
  const { tokens, url = '/graphql', credentials = 'same-origin' } = options;
  const fetch: typeof globalThis.fetch = (...request) => (options.fetch ?? globalThis.fetch)(...request);
  const open = <Data extends object, Variables>(document: TypedOperation<Data, Variables>, variables: Variables) =>
    sendField({ url, fetch, credentials }, document, variables);
  const ask = <Data extends object, Variables>(document: TypedOperation<Data, Variables>, variables: Variables) =>
    asUser(tokens, (access) =>
      sendField({ url, fetch, credentials, headers: tokens.headers(access) }, document, variables),
    );

  return {
    signIn: async (username, password, deviceName = '') =>
      tokens.save(await open(TokenObtainNamedDocument, { username, password, ...named(deviceName) })),
    signInWithCode: async (challenge, code, deviceName = '') =>
      tokens.save(await open(TokenObtainPairOtpDocument, { challenge, code, ...named(deviceName) })),
    stepUp: async (given) => {
      await ask(TokenStepUpDocument, given);
      await tokens.refresh();
    },
    secondFactor: () => ask(SecondFactorDocument, {}),
    setUpTotp: (given) => ask(TotpSetUpDocument, given),
    confirmTotp: async (code) => (await ask(TotpConfirmDocument, { code })).codes,
    removeTotp: (given) => ask(TotpRemoveDocument, given),
    renewRecoveryCodes: async (given) => (await ask(RecoveryCodesRenewDocument, given)).codes,
    renameSession: async (id, deviceName) => void (await ask(SessionRenameDocument, { id, deviceName })),
    exportAccount: () => ask(AccountExportDocument, {}),
    deleteAccount: async (given) => {
      await tokens.accessToken();
      const session = sessionOf(tokens);
      await ask(AccountDeleteDocument, given);
      // Its sessions have ended, so that there is nothing to tell the server; in cookie mode it has removed the cookie. Somebody else
      // who has signed in meanwhile stays.
      if (sessionOf(tokens) === session) await tokens.signOut().catch(() => {});
    },
  };
}

function sessionOf({ getState }: TokenStore): string | null {
  const state = getState();
  return state.status === 'signed-in' ? state.tokens.chain : null;
}

const named = (deviceName: string) => (deviceName === '' ? {} : { deviceName });

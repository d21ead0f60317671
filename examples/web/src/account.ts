import { createAccountApi, TokenRequestError } from 'graphql-simplejwt/account';
import { send, tokens } from './client.ts';

/** Whether the server runs with the settings of docs/accounts.md. */
export const hasAccountRooms = import.meta.env.VITE_ACCOUNT === 'on';

export const account = createAccountApi({ tokens, url: '/graphql', ...send });

/** What a code is sent with; null for errors that ask for none. */
export const challengeIn = (error: unknown): string | null =>
  error instanceof TokenRequestError ? error.challenge : null;

/** Whether an operation failed because the last sign-in was too long ago. */
export const asksForStepUp = (error: unknown): boolean =>
  error instanceof TokenRequestError && error.reason === 'step_up_required';

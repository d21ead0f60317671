import { TokenRequestError } from './token-api.ts';
import type { TokenStore } from './token-store.ts';

/**
 * Sends a request with the access token, and once more with a fresh one where the server refuses that one: the clock here may be
 * behind that of the server. What is refused for its token has not run.
 *
 * @throws what `ask` rejects with
 */
export async function asUser<Answer>(
  tokens: Pick<TokenStore, 'accessToken' | 'refresh'>,
  ask: (access: string | null) => Promise<Answer>,
): Promise<Answer> {
  const access = await tokens.accessToken();
  try {
    return await ask(access);
  } catch (error) {
    const isRefused = error instanceof TokenRequestError && error.outcome === 'refused';
    const fresh = isRefused && access !== null ? await tokens.refresh(access) : null;
    if (fresh === null) throw error;
    return ask(fresh);
  }
}

import type { AnsweredTokens, TokenStore } from '../../src/client/index.ts';
import { isRecord } from '../tokens/is-record.ts';
import { readToken } from '../tokens/read-token.ts';

/**
 * Takes over the tokens that an operation in a tab was answered: the bar then shows who signed in last, and goes on
 * with the session that a tab refreshed. With the refresh token from before, the server would end that session.
 */
export async function adoptTokens(tokens: TokenStore, answer: unknown, variables: unknown): Promise<void> {
  if (!isRecord(answer) || !isRecord(answer['data'])) return;
  const { tokenObtainPair, passwordChange, tokenRefresh, tokenBlacklist } = answer['data'];
  const started = [tokenObtainPair, passwordChange].find(isPair);
  if (started !== undefined) return tokens.save(started);

  const state = tokens.getState();
  if (state.status !== 'signed-in') return undefined;
  const { access, refresh } = state.tokens;
  if (isRecord(tokenBlacklist) && isOwn(variables, refresh)) return void (await tokens.signOut());
  if (!isPair(tokenRefresh)) return undefined;
  if (sessionOf(access) !== sessionOf(tokenRefresh.access)) return undefined; // somebody else's, pasted there
  // Without rotation there is no successor: the refresh token stays.
  return tokens.save({ access: tokenRefresh.access, refresh: tokenRefresh.refresh ?? refresh });
}

/** Only with both: an answer that was not asked for its refresh token leaves nothing to refresh with. */
function isPair(value: unknown): value is AnsweredTokens {
  if (!isRecord(value)) return false;
  const { access, refresh } = value;
  return typeof access === 'string' && (refresh === null || typeof refresh === 'string');
}

/** Whether it was the refresh token of the bar that was sent; in cookie mode there is no other. */
function isOwn(variables: unknown, refresh: string | null): boolean {
  const sent = isRecord(variables) ? (variables['refresh'] ?? null) : null;
  return sent === refresh;
}

function sessionOf(access: string): unknown {
  const reading = readToken(access);
  return reading.kind === 'token' ? reading.claims['sid'] : undefined;
}

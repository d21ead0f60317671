import { useEffect, useState } from 'react';
import type { TokenStore } from '../../src/client/index.ts';
import type { WhoQuery } from '../generated/operations.ts';
import { isRecord } from '../tokens/is-record.ts';
import query from '../operations/who.graphql?raw';
import { userOf } from '../tokens/user-of.ts';

/** The name of the user an access token was issued to, as the server has it, else as the token has it. */
export function useUsername(tokens: TokenStore, access: string): string | null {
  const [username, setUsername] = useState<string | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    void askWho(tokens.headers(access), abort.signal).then((answer) => {
      if (!abort.signal.aborted) setUsername((known) => answer ?? known ?? userOf(access));
    });
    return () => abort.abort();
  }, [tokens, access]);
  return username;
}

/** Null for a token that has expired, and without an answer. */
async function askWho(authorization: Record<string, string>, signal: AbortSignal): Promise<string | null> {
  try {
    const headers = { 'content-type': 'application/json', ...authorization };
    const response = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }), signal });
    const answer: unknown = await response.json();
    return isRecord(answer) && isWho(answer['data']) ? answer['data'].me.username : null;
  } catch {
    return null;
  }
}

function isWho(data: unknown): data is WhoQuery {
  return isRecord(data) && isRecord(data['me']) && typeof data['me']['username'] === 'string';
}

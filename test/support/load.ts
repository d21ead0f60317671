import { randomBytes, randomUUID } from 'node:crypto';
import {
  PasswordChangeDocument,
  SessionRevokeAllDocument,
  TokenBlacklistDocument,
  TokenRefreshDocument,
} from '../generated/operations.ts';
import type { Client } from './client.ts';
import { forge } from './forge.ts';
import type { Ledger } from './ledger.ts';

/** What a device holds. */
interface Pair {
  readonly access: string;
  readonly refresh: string;
}

/** A user at a server, who does one thing after the other and notes in a ledger what was answered. */
export interface Visitor {
  readonly client: Client;
  readonly ledger: Ledger;
  readonly username: string;
  /** All that ends when all of this user's sessions do. */
  readonly tokens: Set<string>;
}

async function signIn(visitor: Visitor): Promise<Pair> {
  const { client, ledger, username } = visitor;
  const pair = await client.signIn(username, ledger.passwordOf(username));
  take(visitor, pair);
  return pair;
}

function take({ ledger, tokens }: Visitor, { access, refresh }: Pair): void {
  ledger.note('good', access, refresh);
  tokens.add(access).add(refresh);
}

/** Asks for something that ends all sessions of the user. */
async function endingAll<Answer>({ ledger, tokens }: Visitor, ask: () => Promise<Answer>): Promise<Answer> {
  const answer = await ledger.ending([...tokens], ask);
  tokens.clear();
  return answer;
}

/**
 * A device that refreshes: each exchange ends the predecessor of the token it exchanges. That token itself stays good while its
 * successor is unused, and the access tokens do.
 */
async function refreshOften(visitor: Visitor): Promise<void> {
  const { client, ledger } = visitor;
  let { refresh } = await signIn(visitor);
  let predecessors: readonly string[] = [];
  for (let count = 0; count < 10; count += 1) {
    const exchange = () => client.expect(TokenRefreshDocument, { refresh });
    const { tokenRefresh } = await ledger.ending(predecessors, exchange);
    predecessors = [refresh];
    refresh = tokenRefresh.refresh ?? '';
    ledger.note('good', tokenRefresh.access, refresh);
  }
}

async function signOut(visitor: Visitor): Promise<void> {
  const { access, refresh } = await signIn(visitor);
  const end = () => visitor.client.expect(TokenBlacklistDocument, { refresh });
  await visitor.ledger.ending([access, refresh], end);
}

/** A token of no session, which only the blacklist can end. */
async function blacklistForeign({ client, ledger }: Visitor): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const refresh = forge({ token_type: 'refresh', exp: now + 86_400, jti: randomUUID() });
  await ledger.ending([refresh], () => client.expect(TokenBlacklistDocument, { refresh }));
}

async function endAll(visitor: Visitor): Promise<void> {
  const { access } = await signIn(visitor);
  await signIn(visitor);
  await endingAll(visitor, () => visitor.client.expect(SessionRevokeAllDocument, {}, { token: access }));
}

async function changePassword(visitor: Visitor): Promise<void> {
  const { client, ledger, username } = visitor;
  const { access } = await signIn(visitor);
  const newPassword = randomBytes(9).toString('hex');
  const change = { currentPassword: ledger.passwordOf(username), newPassword };
  const ask = () => client.expect(PasswordChangeDocument, change, { token: access });
  const { passwordChange } = await endingAll(visitor, () => ledger.changing(username, newPassword, ask));
  take(visitor, { access: passwordChange.access, refresh: passwordChange.refresh ?? '' });
}

/** What visitors do, each with an account of their own. */
export const HABITS = { refreshOften, signOut, blacklistForeign, endAll, changePassword } as const;

/** Does one thing over and over until the server or its store is gone, or the signal; `onAnswer` is called each time. */
export async function loadUntilGone(
  visitor: Visitor,
  habit: (visitor: Visitor) => Promise<void>,
  onAnswer: () => unknown,
  signal?: AbortSignal,
): Promise<void> {
  const goesOn = () => signal?.aborted !== true;
  while (goesOn()) {
    try {
      await habit(visitor);
    } catch (error) {
      if (/fetch failed|terminated|store_unavailable/.test(String(error))) return; // nobody answers, or not to the end
      const { ledger, username } = visitor;
      if (/no_active_account/.test(String(error)) && ledger.isUnsure(username)) return; // a change was done late
      throw error;
    }
    await onAnswer();
  }
}

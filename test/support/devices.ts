import { expect } from '@jest/globals';
import type { Client } from './client.ts';
import { refreshWith, runCli, TEST_ENV } from './process.ts';
import { PASSWORD } from './server.ts';
import type { Place } from './stores.ts';

/** Settings of a server that answers no replay. */
export const STRICT_ENV = { ...TEST_ENV, JWT_REUSE_GRACE: '0' };

/** One device: its refresh tokens as they were answered, oldest first. */
export interface Chain {
  readonly tokens: string[];
  access: string;
}

export const lastOf = ({ tokens }: Chain): string => tokens.at(-1) ?? '';

/** In a process of its own: the binding of SQLite would keep the file open in this one. */
export async function createAlice({ env }: Place): Promise<void> {
  const args = ['users', 'create', 'alice', '--password-stdin'];
  expect(await runCli(args, { env: { ...STRICT_ENV, ...env }, input: PASSWORD })).toMatchObject({ code: 0 });
}

export async function begin(client: Client): Promise<Chain> {
  const { access, refresh } = await client.signIn('alice', PASSWORD);
  return { tokens: [refresh], access };
}

/** Exchanges the last token; it must be good. */
export async function refresh(client: Client, chain: Chain): Promise<void> {
  const answer = await refreshWith(client, lastOf(chain));
  expect(answer.reason).toBeNull();
  chain.tokens.push(answer.refresh ?? '');
  chain.access = answer.access ?? '';
}

export function claimOf(token: string, name: string): unknown {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  return (JSON.parse(payload) as Readonly<Record<string, unknown>>)[name];
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type RunningServer } from './server.js';

const PASSWORD = 'a long password of a test';
interface Answer {
  readonly data: { readonly notes?: string[]; readonly tokenObtainPair?: { readonly access: string } } | null;
  readonly errors?: readonly { readonly extensions: { readonly reason: string } }[];
}

let folder: string;
let server: RunningServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'server-'));
  const signingKey = 'a key for tests alone, of 32 bytes or more';
  server = await startServer({ signingKey, dataDir: folder, passwordHashCost: 4 }, { host: '127.0.0.1', port: 0 });
  await server.auth.users.create({ username: 'alice', password: PASSWORD });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

async function ask(query: string, variables: Record<string, string> = {}, token?: string) {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer;
}

test('notes are for those who have signed in', async () => {
  const refused = await ask('{ notes }');
  expect(refused.errors?.[0]?.extensions.reason).toBe('not_authenticated');

  const signIn = 'mutation ($password: String!) { tokenObtainPair(username: "alice", password: $password) { access } }';
  const { data } = await ask(signIn, { password: PASSWORD });
  const answered = await ask('{ notes }', {}, data?.tokenObtainPair?.access);
  expect(answered.data).toEqual({ notes: ['a note of alice'] });
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  HelloDocument,
  SessionRevokeDocument,
  TokenObtainPairDocument,
  TokenRefreshDocument,
} from '../../generated/operations.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer('sqlite');
});
afterAll(() => server.remove());

const headers = { 'accept-language': 'fr-CA,fr;q=0.9,en;q=0.8' };
const WRONG = { username: 'alice', password: 'wrong-password' };

test.each([
  ['an open operation', TokenObtainPairDocument, WRONG, 'Aucun compte actif ne correspond à ces identifiants'],
  ['a token as an argument', TokenRefreshDocument, { refresh: 'x' }, 'Le jeton n’est pas valide'],
  ['a guarded field', HelloDocument, {}, 'Aucune information d’authentification n’a été fournie.'],
  ['a guarded mutation', SessionRevokeDocument, { id: 'x' }, 'Aucune information d’authentification n’a été fournie.'],
] as const)('%s is refused in the language of the client', async (_name, document, variables, message) => {
  const french = await server.client.send(document as typeof HelloDocument, variables as never, { headers });
  expect(french.errors.map((error) => error.message)).toEqual([message]);
  const english = await server.client.send(document as typeof HelloDocument, variables as never);
  expect(french.errors[0]?.extensions).toEqual(english.errors[0]?.extensions);
  expect(english.errors[0]?.message).not.toBe(message);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { OperationTypeNode, parse, print } from 'graphql';
import { TotpSetUpDocument } from '../generated/operations.ts';
import { DOCUMENTS } from '../support/documents.ts';
import { AuthenticatorApp } from '../support/authenticator-app.ts';
import { challengeOf, enrol } from '../support/factors.ts';
import { ALL_ROOMS, PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { TestSocket } from '../support/sockets.ts';
import { allSnippets } from '../support/snippet-checks.ts';

const MOBILE = 'examples/mobile/operations.graphql';
const blocks = DOCUMENTS.flatMap((document) =>
  allSnippets(document)
    .filter(({ language }) => language === 'graphql')
    .map(({ code, line }) => ({ document, code, line })),
);

/** Every operation that a document shows, by itself, with its place. */
const operations = [
  ...blocks,
  { document: MOBILE, code: readFileSync(join(import.meta.dirname, '../..', MOBILE), 'utf8'), line: 1 },
].flatMap(({ document, code, line }) =>
  parse(code).definitions.map((definition) => ({
    place: `${document}:${line + (definition.loc?.startToken.line ?? 1) - 1}`,
    query: print(definition),
    isSubscription: 'operation' in definition && definition.operation === OperationTypeNode.SUBSCRIPTION,
  })),
);

describe('the operations of the documents', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer('sqlite', { env: ALL_ROOMS });
    await server.auth.users.create({ username: 'root', password: PASSWORD, isAdmin: true });
  });
  afterEach(() => server.remove());

  test.each(operations.filter(({ isSubscription }) => !isSubscription))('are answered: $place', async ({ query }) => {
    const { client, alice } = server;
    const { access: token } = await client.signIn('root', PASSWORD);
    const { refresh } = await server.signIn();
    const [session] = await server.auth.sessions.list(alice.id);
    /** What the documents have in place of values of the reader's. */
    const examples = {
      '<refresh>': refresh,
      '<any token>': refresh,
      '6b1f0c5e7d5a4a0f9d0c3b2a19887766': alice.id,
      '0f9d0c3b2a1988776b1f0c5e7d5a4a77': session?.id ?? '',
    };
    const here = Object.entries(examples).reduce((text, [example, real]) => text.replaceAll(example, real), query);
    const proof = { ...(await codeFor(server, query, token)), ...(await linkFor(server, query)) };
    const variables = { username: 'alice', password: PASSWORD, refresh, ...proof };
    const { data, errors } = await client.sendRaw({ query: here, variables }, { token });
    expect(errors).toEqual([]);
    expect(Object.values(data ?? {})).not.toContain(null);
  });

  test.each(operations.filter(({ isSubscription }) => isSubscription))('bring events: $place', async ({ query }) => {
    const { access } = await server.signIn();
    const socket = await TestSocket.open(server.url, access);
    await socket.next();
    socket.subscribe(query);
    for (let time = 0; time < 300 && socket.events.length === 0; time += 1) {
      await server.signIn(); // nothing tells that the subscription has begun
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(socket.events).not.toEqual([]);
  });
});

/** What operations with a code need: an app that the caller has set up, or the challenge of a user who has one. */
async function codeFor(server: TestServer, query: string, token: string): Promise<object> {
  if (query.includes('totpConfirm')) {
    const { totpSetUp } = await server.client.expect(TotpSetUpDocument, { password: PASSWORD }, { token });
    return { code: new AuthenticatorApp(totpSetUp.uri).code(server.clock.read()) };
  }
  if (!query.includes('$challenge')) return {};
  await server.auth.users.create({ username: 'carol', password: PASSWORD });
  const { access } = await server.client.signIn('carol', PASSWORD);
  const { app } = await enrol(server, access);
  return { challenge: await challengeOf(server.client, 'carol'), code: app.code(server.clock.read()) };
}

/** What operations with the token of a link need: a mail with one. */
async function linkFor({ auth, url }: TestServer, query: string): Promise<object> {
  const account = { username: 'dave', email: 'dave@example.com' };
  const client = { userAgent: null, ipAddress: null };
  const { recovery } = auth.rooms;
  if (/\bpasswordReset\(/.test(query)) await recovery?.invite(account, { client, language: null, actorId: null });
  else if (query.includes('emailVerify('))
    await recovery?.register({ ...account, password: PASSWORD }, { client, language: null });
  else return {};
  await auth.deliverMail();
  const mails = await (await fetch(new URL('/mail', url))).text();
  return { token: /#\w+=([\w-]{43})"/.exec(mails)?.[1] };
}

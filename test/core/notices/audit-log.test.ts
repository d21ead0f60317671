import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  AuditEventsDocument,
  UserSecurityEventsDocument,
  UserUpdateDocument,
  type AuditEventsQuery,
} from '../../generated/operations.ts';
import { PASSWORD, startTestServer, type TestServer } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

const cursorOf = (json: string) => Buffer.from(json).toString('base64url');

describeEachStore('an admin who reads what happened', (kind) => {
  let server: TestServer;
  let token: string;
  let rootId: string;
  beforeAll(async () => {
    server = await startTestServer(kind, { env: { NOTICES: 'on' } });
    const root = await server.auth.users.create({ username: 'root', password: PASSWORD, isAdmin: true });
    rootId = root.id;
    token = (await server.client.signIn('root', PASSWORD)).access;
    server.clock.advance(1);
    await server.signIn();
    server.clock.advance(1);
    await server.client.expect(UserUpdateDocument, { id: server.alice.id, isActive: false }, { token });
  });
  afterAll(() => server.remove());

  test('sees of one account what happened, and who did it', async () => {
    const { userSecurityEvents: events } = await server.client.expect(
      UserSecurityEventsDocument,
      { userId: server.alice.id },
      { token },
    );
    const byRoot = { username: 'alice', actorId: rootId, actorName: 'root' };
    expect(events.find(({ event }) => event === 'user_disabled')).toMatchObject(byRoot);
    expect(events.find(({ event }) => event === 'sessions_ended')).toMatchObject(byRoot);
    expect(events.find(({ event }) => event === 'sign_in')).toMatchObject({
      username: 'alice',
      actorId: null,
      actorName: null,
      client: { ipAddress: '127.0.0.1' },
    });
  });

  test('sees all accounts together, the newest first, page by page', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { auditEvents }: AuditEventsQuery = await server.client.expect(
        AuditEventsDocument,
        { first: 1, after },
        { token },
      );
      expect(auditEvents.nodes).toHaveLength(1);
      seen.push(...auditEvents.nodes.map(({ event, username }) => `${username} ${event}`));
      after = auditEvents.pageInfo.hasNextPage ? auditEvents.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen.slice(0, 2).toSorted()).toEqual(['alice sessions_ended', 'alice user_disabled']);
    expect(seen.slice(2)).toEqual(['alice sign_in', 'root sign_in', 'root admin_granted']);
  });

  test.each([null, 100])('sees all of few events on a page of %p', async (first) => {
    const { auditEvents } = await server.client.expect(AuditEventsDocument, { first }, { token });
    expect(auditEvents.nodes).toHaveLength(5);
    expect(auditEvents.pageInfo.hasNextPage).toBe(false);
  });

  test.each([
    ['none', 'first', { first: 0 }],
    ['too many', 'first', { first: 101 }],
    ['a cursor of its own making', 'after', { after: 'bob' }],
    ['a cursor of no moment', 'after', { after: cursorOf('[9e15,"x"]') }],
    ['a cursor of a part of a moment', 'after', { after: cursorOf('[1.5,"x"]') }],
    ['a cursor of no name', 'after', { after: cursorOf('[1,2]') }],
    ['a cursor of a long name', 'after', { after: cursorOf(`[1,"${'x'.repeat(101)}"]`) }],
    ['a cursor of more', 'after', { after: cursorOf('[1,"x",2]') }],
    ['a cursor of half a character', 'after', { after: cursorOf(String.raw`[1,"\ud800"]`) }],
  ])('who asks for %s is told what was expected', async (_what, field, variables) => {
    const { errors } = await server.client.send(AuditEventsDocument, variables, { token });
    expect(errors).toMatchObject([{ extensions: { reason: 'invalid_input', field } }]);
  });

  test('sees what an admin did whose account is gone, and nothing of an account there never was', async () => {
    const { auth, client, alice } = server;
    const brief = await auth.users.create({ username: 'brief', password: PASSWORD, isAdmin: true });
    await auth.users.change(alice.id, { isActive: true }, { actorId: brief.id });
    await auth.users.delete(brief.id);
    const ofUser = async (userId: string) =>
      (await client.expect(UserSecurityEventsDocument, { userId }, { token })).userSecurityEvents;
    expect(await ofUser(alice.id)).toContainEqual(
      expect.objectContaining({ event: 'user_enabled', actorId: brief.id, actorName: null, username: 'alice' }),
    );
    expect(await ofUser('nobody')).toEqual([]);
  });
});

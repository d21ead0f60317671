import { afterEach, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../../support/server.ts';

const by = { actorId: null, client: { userAgent: null, ipAddress: null }, language: null };

let server: TestServer | undefined;
afterEach(() => server?.remove());

const page = async () => fetch(new URL('/mail', server?.url));

test('without SMTP_URL, mails are at /mail and in the log, the newest first, and nothing of them runs', async () => {
  const lines: string[] = [];
  const { pino } = await import('pino');
  server = await startTestServer('sqlite', {
    env: { EMAIL: 'on' },
    log: pino({}, { write: (line) => lines.push(line) }),
  });
  expect(await (await page()).text()).toContain('There are none yet.');
  for (const username of ['bob', 'carol']) {
    await server.auth.rooms.recovery?.invite({ username, email: `${username}@example.com` }, by);
    server.clock.advance(1);
  }
  await server.auth.deliverMail();
  const response = await page();
  const html = await response.text();
  expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
  expect(html).toMatch(
    /carol@example\.com[^]*<a href="http:\/\/127\.0\.0\.1:5173\/#passwordReset=[\w-]{43}">[^]*bob@example\.com/,
  );
  expect(html).not.toContain('<script');
  const logged = lines.filter((line) => line.includes('SMTP_URL is not set'));
  expect(logged).toHaveLength(2);
  expect(logged[0]).toContain('bob@example.com');
});

test.each([
  ['addresses are off', { EMAIL: 'off' }],
  ['mails are sent', { EMAIL: 'on', SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'a@example.com' }],
])('there is no such page where %s', async (_why, env) => {
  server = await startTestServer('sqlite', { env });
  expect((await page()).status).toBe(404);
});

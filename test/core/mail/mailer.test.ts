import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { SecurityEvent } from '../../../src/contracts/hooks.ts';
import type { Mail } from '../../../src/contracts/mail.ts';
import { createAuth, type Auth } from '../../../src/graphql/auth.ts';
import { PasswordResetRequestDocument } from '../../generated/operations.ts';
import { ALICE, startRecoveryServer, type RecoveryServer } from '../../support/recovery.ts';
import { TEST_KEY, TestClock } from '../../support/server.ts';
import { describeEachStore, newPlace, type Place } from '../../support/stores.ts';

describeEachStore('the outbox', (kind) => {
  let server: RecoveryServer;
  let events: SecurityEvent[];
  beforeAll(async () => {
    events = [];
    const hooks = { onSecurityEvent: (event: SecurityEvent) => void events.push(event) };
    server = await startRecoveryServer(kind, { hooks, env: { THROTTLE_PASSWORD_RESETS: '1000' } });
  });
  beforeEach(() => {
    server.mailbox.mails.length = 0;
    server.mailbox.verdict = () => null;
    server.clock.advance(3600);
  });
  afterAll(() => server.remove());

  const request = () => server.client.expect(PasswordResetRequestDocument, { usernameOrEmail: 'alice' });

  test('sends each mail once, however many processes look at it at once', async () => {
    await request();
    await Promise.all(Array.from({ length: 5 }, () => server.auth.deliverMail()));
    expect(server.mailbox.to(ALICE)).toHaveLength(1);
    await server.deliver();
    expect(server.mailbox.to(ALICE)).toHaveLength(1);
  });

  test('tries again later, and later each time, with the same Message-ID and a link that works', async () => {
    let isDown = true;
    const asked: number[] = [];
    server.mailbox.verdict = () => {
      asked.push(asked.length);
      return isDown ? { code: 451, at: 'data' } : null;
    };
    await request();
    await server.deliver();
    await server.deliver();
    expect(asked).toHaveLength(2); // for the recipient, and for the mail
    server.clock.advance(29);
    await server.deliver();
    expect(asked).toHaveLength(2);
    server.clock.advance(1);
    await server.deliver();
    expect(asked).toHaveLength(4);
    server.clock.advance(59);
    await server.deliver();
    expect(asked).toHaveLength(4);
    isDown = false;
    server.clock.advance(1);
    await server.deliver();
    expect(server.mailbox.to(ALICE)).toHaveLength(1);
    const [mail] = server.mailbox.to(ALICE);
    expect(mail?.headers.get('message-id')).toMatch(/^<[\w-]+@example\.com>$/);
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail?.text).toContain('#passwordReset=');
  });

  test('gives up what is refused for good, and what is worth nothing any more, and says so once', async () => {
    const failures = () => events.filter(({ event }) => event === 'mail_failed').length;
    const before = failures();
    server.mailbox.verdict = () => ({ code: 550, at: 'recipient' });
    await request();
    await server.deliver();
    expect(failures() - before).toBe(1);
    server.mailbox.verdict = () => ({ code: 451, at: 'recipient' });
    await request();
    for (let minutes = 0; minutes < 40; minutes += 1) {
      await server.deliver();
      server.clock.advance(60);
    }
    expect(failures() - before).toBe(2);
    server.mailbox.verdict = () => null;
    await server.deliver();
    expect(server.mailbox.mails).toEqual([]);
  });

  test('keeps the other mails going where one is refused', async () => {
    server.mailbox.verdict = (to) => (to.startsWith('bad') ? { code: 451, at: 'recipient' } : null);
    await server.auth.users.create({ username: 'bad', password: 'tall amber kettles', email: 'bad@example.com' });
    await server.client.expect(PasswordResetRequestDocument, { usernameOrEmail: 'bad' });
    await request();
    await server.deliver();
    expect(server.mailbox.mails.map(({ to }) => to)).toEqual([[ALICE.toLowerCase()].map(() => ALICE)]);
  });
});

describeEachStore('a process that ends', (kind) => {
  let place: Place;
  let clock: TestClock;
  let sent: Mail[];
  beforeEach(() => {
    place = newPlace(kind);
    clock = new TestClock();
    sent = [];
  });

  const open = (sendMail: (mail: Mail) => Promise<void>): Promise<Auth> =>
    createAuth({
      signingKey: TEST_KEY,
      passwordHashCost: 4,
      email: true,
      accountUrl: 'https://app.example.com/',
      clock: clock.read,
      ...place.options,
      sendMail,
      onInternalError: () => {},
    });
  const by = { client: { userAgent: null, ipAddress: null }, language: null, actorId: null };

  test('before it sent a mail, or while it did, leaves it to another, which sends it once', async () => {
    let begun = 0;
    let tellBegun = () => {};
    const hasBegun = new Promise<void>((resolve) => (tellBegun = resolve));
    let wake: (error: Error) => void = () => {};
    const hanging = await open(() => {
      begun += 1;
      tellBegun();
      return new Promise((_resolve, reject) => (wake = reject)); // as if the process had ended here
    });
    await hanging.rooms.recovery?.invite({ username: 'bob', email: 'bob@example.com' }, by);
    clock.advance(1);
    await hanging.rooms.recovery?.invite({ username: 'carol', email: 'carol@example.com' }, by);
    void hanging.deliverMail();
    await hasBegun;
    const other = await open(async (mail) => void sent.push(mail));
    await other.deliverMail();
    expect(sent.map(({ to }) => to)).toEqual(['carol@example.com']);
    clock.advance(121);
    await other.deliverMail();
    await other.deliverMail();
    expect(sent.map(({ to }) => to)).toEqual(['carol@example.com', 'bob@example.com']);
    expect(begun).toBe(1);
    wake(new Error('too late'));
    await hanging.close();
    expect(await other.deliverMail()).toBe(0);
    await other.close();
    await place.remove();
  });

  test('has its mails sent by the next that starts, by itself', async () => {
    const first = await open(async () => {
      throw new Error('sends nothing');
    });
    await first.rooms.recovery?.invite({ username: 'bob', email: 'bob@example.com' }, by);
    await first.close();
    const done = new Promise<Mail>(
      (resolve) => void open(async (mail) => resolve(mail)).then((auth) => (second = auth)),
    );
    let second: Auth | undefined;
    expect((await done).to).toBe('bob@example.com');
    await second?.close();
    await place.remove();
  });
});

describe('the library', () => {
  test('wants something to send mails with, and a page that links lead to', async () => {
    const options = { signingKey: TEST_KEY, email: true };
    await expect(createAuth(options)).rejects.toThrow('accountUrl: not set with email on');
    await expect(createAuth({ ...options, accountUrl: 'https://app.example.com/' })).rejects.toThrow(
      'sendMail: not given with email on; expected this hook, or smtpUrl and mailFrom.',
    );
  });
});

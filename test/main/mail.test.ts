import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { PasswordResetRequestDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { runCommand } from '../support/command.ts';
import { Mailbox } from '../support/mailbox.ts';
import { endProcesses, startProcess, TEST_ENV } from '../support/process.ts';
import { PASSWORD } from '../support/server.ts';
import { describeEachStore, newPlace } from '../support/stores.ts';

describeEachStore('a server that is killed after it answered', (kind) => {
  let mailbox: Mailbox;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
  });
  afterEach(endProcesses);
  afterAll(() => mailbox.close());

  test('has its mail sent by the next one, once', async () => {
    const place = newPlace(kind);
    const env = { ...TEST_ENV, ...place.env, ...mailbox.env, EMAIL: 'on', PASSWORD_RESET: 'on', PORT: '0' };
    const args = ['users', 'create', 'alice', '--email', 'alice@example.com', '--password-stdin'];
    expect((await runCommand(args, { env, input: PASSWORD })).code).toBe(0);
    // It sends a second after it answered at the earliest: a machine that is busy may kill it too late, but not each time.
    let before: number;
    do {
      before = mailbox.mails.length;
      const first = await startProcess({ env });
      await new Client(first.url).expect(PasswordResetRequestDocument, { usernameOrEmail: 'alice' });
      await first.kill('SIGKILL');
    } while (mailbox.mails.length > before);
    const sent = new Promise<void>((resolve) => {
      mailbox.verdict = () => (setTimeout(resolve, 50), null);
    });
    const [second, third] = [await startProcess({ env }), kind === 'mongodb' ? await startProcess({ env }) : null];
    await sent;
    for (const server of [second, third]) await server?.kill('SIGTERM');
    expect(mailbox.to('alice@example.com')).toHaveLength(before + 1);
    await place.remove();
  });
});

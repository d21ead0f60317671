import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, test } from '@jest/globals';
import { SessionsDocument, TokenObtainPairDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { runCommand } from '../support/command.ts';
import { endProcesses, helloWith, startProcess, TEST_ENV } from '../support/process.ts';
import { PASSWORD } from '../support/server.ts';
import { newPlace, type Place } from '../support/stores.ts';

const CREDENTIALS = { username: 'alice', password: PASSWORD };
const MANY = 400;

/** Limits the size of the files a process may write; to SQLite that is a disk without room. */
function limitFileSize(pid: number, bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
}

(process.platform === 'linux' ? describe : describe.skip)('a full disk', () => {
  let place: Place;
  afterEach(async () => {
    await endProcesses();
    await place.remove();
  });

  test('S39: refuses what must be written, answers what need not be, loses nothing, and is over when there is room', async () => {
    place = newPlace('sqlite');
    const env = { ...TEST_ENV, ...place.env };
    await runCommand(['users', 'create', 'alice', '--password-stdin'], { env, input: PASSWORD });
    const { url, pid, printed } = await startProcess({ env });
    const client = new Client(url);
    const { tokenObtainPair: first } = await client.expect(TokenObtainPairDocument, CREDENTIALS);

    limitFileSize(pid, 200_000);
    let answered = 1;
    let refusal: unknown;
    for (let count = 0; count < MANY && refusal === undefined; count += 1) {
      const { data, errors } = await client.send(TokenObtainPairDocument, CREDENTIALS);
      if (data === null) refusal = errors[0]?.extensions;
      else answered += 1;
    }
    expect(refusal).toMatchObject({ code: 'SERVICE_UNAVAILABLE', reason: 'store_unavailable', action: 'WAIT' });
    expect(await printed('stdout', /"err":.*disk/)).toMatch('disk');
    expect(await helloWith(client, first.access)).toBe('Hello, alice!');

    limitFileSize(pid, 'unlimited');
    await client.expect(TokenObtainPairDocument, CREDENTIALS);
    const { sessions } = await client.expect(SessionsDocument, {}, { token: first.access });
    expect(sessions).toHaveLength(answered + 1);
  });
});

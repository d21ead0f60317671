import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runAtTerminal } from '../support/command.ts';
import { TEST_ENV } from '../support/process.ts';
import { PASSWORD } from '../support/server.ts';
import { setStage, type Stage } from '../support/stage.ts';

const NEXT_PASSWORD = 'through the looking glass';
const CANCELLED = '\nCancelled. Nothing was changed.\n';

describe('the command line, at a terminal', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage('sqlite');
    await stage.createUser('alice');
  });
  afterAll(() => stage.remove());

  const setPassword = (...typed: string[]) =>
    runAtTerminal(['users', 'set-password', 'alice'], { env: { ...TEST_ENV, ...stage.place.env }, typed });

  test.each([
    ['that differ', [`${NEXT_PASSWORD}\r`, `${PASSWORD}\r`], 'The two passwords differ. Nothing was changed.\n'],
    ['after Ctrl-C', ['secret\u0003'], CANCELLED],
    ['after Ctrl-D', ['\u0004'], CANCELLED],
    ['after Ctrl-D at the second question', [`${NEXT_PASSWORD}\r`, '\u0004'], CANCELLED],
  ])('takes no passwords %s', async (_when, typed, line) => {
    const { code, stdout, stderr } = await setPassword(...typed);
    expect({ code, stderr }).toEqual({ code: 1, stderr: line });
    expect(stdout).not.toMatch(/looking|wonderland|secret|username/);
    await stage.signIn('alice', PASSWORD);
  });

  test('asks twice for a password, and does not show it', async () => {
    const { code, stdout, stderr } = await setPassword(`${NEXT_PASSWORD}\r`, `${NEXT_PASSWORD}\r`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/Password: [^]*Password \(again\): [^]*\nusername: alice\n/);
    expect(stdout).not.toContain('looking');
    await stage.signIn('alice', NEXT_PASSWORD);
  });
});

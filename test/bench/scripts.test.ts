import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

/** The benchmarks that fill stores by themselves, as small as they can be. What they measure then says nothing. */
test.each([
  ['growth.mjs', ['--sizes', '10,20', '--rounds', '1', '--requests', '3'], /\| 20 \| /],
  ['purge.mjs', ['--expired', '100', '--seconds', '1'], /by the command \| /],
])('bench/%s still runs', async (script, args, printed) => {
  const { stdout } = await promisify(execFile)(process.execPath, [`bench/${script}`, ...args]);
  expect(stdout).toMatch(printed);
});

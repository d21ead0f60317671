import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { whyGuessable } from '../../src/core/users/guessability.ts';

/** Of Debian's python3-django. */
const LIST = '/usr/lib/python3/dist-packages/django/contrib/auth/common-passwords.txt.gz';
const NOBODY = { username: [], service: [] };

describe("Django's common passwords of eight or more characters", () => {
  const refused = (async () => {
    const listed = gunzipSync(readFileSync(LIST)).toString('utf8').split('\n');
    const verdicts: boolean[] = [];
    for (const password of listed.filter(({ length }) => length >= 8)) {
      verdicts.push((await whyGuessable(password, NOBODY)) !== null);
    }
    return verdicts;
  })();

  test.each([
    ['all', Infinity],
    ['the first 3,000', 3000],
  ])('S27 S43: at least 95 in 100 are refused, of %s', async (_which, count) => {
    const verdicts = (await refused).slice(0, count);
    expect(verdicts.length).toBeGreaterThanOrEqual(3000);
    expect(verdicts.filter(Boolean).length / verdicts.length).toBeGreaterThanOrEqual(0.95);
  });
});

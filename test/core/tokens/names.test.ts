import { createHash, createSecretKey } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import { TokenCodec } from '../../../src/core/tokens/token-codec.ts';
import { craft } from '../../support/craft.ts';
import { TEST_KEY, TestClock } from '../../support/server.ts';

const LONGEST = 255;

describe('the names in a token', () => {
  const clock = new TestClock();
  const asked: (string | undefined)[] = [];
  const key = { key: createSecretKey(Buffer.from(TEST_KEY)), algorithm: 'HS256', kid: null } as const;
  const keys = {
    signing: () => key,
    find: (kid: string | undefined) => {
      asked.push(kid);
      return key;
    },
  };
  const codec = new TokenCodec({ settings: settingsFromOptions({ signingKey: TEST_KEY }), keys, clock: clock.read });
  const claims = () => ({ token_type: 'access', exp: clock.seconds + 60, jti: 'a', user_id: 'u' });

  test('have up to 255 characters', async () => {
    for (const name of ['k', 'k'.repeat(LONGEST)]) {
      expect(await codec.verify(craft({ ...claims(), jti: name }, { header: { kid: name } }))).toMatchObject({
        jti: name,
      });
      expect(asked.at(-1)).toBe(name);
    }
    for (const name of ['', 'k'.repeat(LONGEST + 1)]) {
      asked.length = 0;
      await expect(codec.verify(craft(claims(), { header: { kid: name } }))).rejects.toThrow('Token is invalid');
      expect(asked).toEqual([]);
      await expect(codec.verify(craft({ ...claims(), jti: name }))).rejects.toThrow('Token is invalid');
    }
  });

  test('are asked for anew where a token has none', async () => {
    await codec.verify(craft(claims(), { header: { kid: 'k' } }));
    await codec.verify(craft(claims()));
    expect(asked.slice(-2)).toEqual(['k', undefined]);
  });

  test('are made of what is signed where a token has none, the same on every server and version', async () => {
    const settings = settingsFromOptions({ signingKey: TEST_KEY, jtiClaim: null });
    const token = craft({ ...claims(), jti: undefined });
    const digest = createHash('sha256')
      .update(token.replace(/\.[^.]*$/, ''))
      .digest('hex');
    const { jti } = await new TokenCodec({ settings, keys, clock: clock.read }).verify(token);
    expect(jti).toBe(digest.slice(0, 32));
  });
});

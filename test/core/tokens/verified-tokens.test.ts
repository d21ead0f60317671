import { createSecretKey } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import { TokenCodec } from '../../../src/core/tokens/token-codec.ts';
import { TEST_KEY, TestClock } from '../../support/server.ts';

const OTHER_KEY = 'another-test-key-0123456789abcdef0123456789abcdef';
const LEEWAY = 10;

describe('a token that was verified before', () => {
  let clock: TestClock;
  let key: ReturnType<typeof createSecretKey>;
  let codec: TokenCodec;
  beforeEach(() => {
    clock = new TestClock();
    key = createSecretKey(Buffer.from(TEST_KEY));
    const keys = {
      find: () => ({ key, algorithm: 'HS256' as const }),
      signing: () => ({ key, algorithm: 'HS256' as const, kid: null }),
    };
    codec = new TokenCodec({
      settings: settingsFromOptions({ signingKey: TEST_KEY, leeway: LEEWAY }),
      keys,
      clock: clock.read,
    });
  });

  const mint = (claims: object = {}) =>
    codec.sign({ jti: 'a', token_type: 'access', exp: clock.seconds + 60, roles: ['reader'], ...claims });

  test('is not verified again', async () => {
    const token = mint();
    expect(await codec.verify(token)).toBe(await codec.verify(token));
  });

  test('says the same again', async () => {
    const token = mint();
    const first = structuredClone(await codec.verify(token));
    expect(await codec.verify(token)).toEqual(first);
    expect(first.claims).toEqual(jwt.decode(token));
  });

  test('expires, the leeway later', async () => {
    const token = mint();
    await codec.verify(token);
    clock.advance(60 + LEEWAY - 1);
    await codec.verify(token);
    clock.advance(1);
    await expect(codec.verify(token)).rejects.toMatchObject({ reason: 'token_expired' });
  });

  test('is verified anew where the clock was put back: it is not issued yet then', async () => {
    const token = mint({ iat: clock.seconds });
    await codec.verify(token);
    clock.advance(-LEEWAY - 5);
    await expect(codec.verify(token)).rejects.toMatchObject({ reason: 'token_not_valid' });
  });

  test('is refused once its key is another', async () => {
    const token = mint();
    await codec.verify(token);
    key = createSecretKey(Buffer.from(OTHER_KEY));
    await expect(codec.verify(token)).rejects.toMatchObject({ reason: 'token_not_valid' });
  });

  test('vouches for no other: not for one of the same signature', async () => {
    const token = mint();
    await codec.verify(token);
    const [header, , signature] = token.split('.');
    const claims = Buffer.from(JSON.stringify({ ...(await codec.verify(token)).claims, roles: ['ADMIN'] }));
    const forged = [header, claims.toString('base64url'), signature].join('.');
    await expect(codec.verify(forged)).rejects.toMatchObject({ reason: 'token_not_valid' });
  });

  test('has claims that nobody changes for the requests after theirs', async () => {
    const token = mint({ nested: { deep: [{ value: 1 }] } });
    const { claims } = await codec.verify(token);
    expect(() => (claims['roles'] as string[]).push('ADMIN')).toThrow(TypeError);
    expect(() => Object.assign((claims as { nested: { deep: object[] } }).nested.deep[0] ?? {}, { value: 2 })).toThrow(
      TypeError,
    );
    expect(() => Object.assign(claims, { roles: ['ADMIN'] })).toThrow(TypeError);
    expect((await codec.verify(token)).claims).toEqual(jwt.decode(token));
  });

  test('is forgotten after some thousand others', async () => {
    const token = mint();
    const first = await codec.verify(token);
    for (let index = 0; index < 4000; index++) await codec.verify(mint({ jti: `other ${index}` }));
    expect(await codec.verify(token)).not.toBe(first);
  });

  test.each([
    ['a refresh token, which nobody presents twice', { token_type: 'refresh' }],
    ['a token that is very long', { text: 'x'.repeat(1000) }],
  ])('is not remembered: %s', async (_name, claims) => {
    const token = mint(claims);
    const first = await codec.verify(token);
    expect(await codec.verify(token)).not.toBe(first);
    expect(await codec.verify(token)).toEqual(first);
  });
});

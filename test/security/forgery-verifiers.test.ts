import { createPublicKey, randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { VerifierSettingsInput } from '../../src/contracts/settings/verifier-settings.ts';
import { amount } from '../support/effort.ts';
import { answerOf, ENGINES, type SharedOptions } from '../support/engines.ts';
import type { Hostile, Workshop } from '../support/hostile-claims.ts';
import { hostileTokens, pairRing, secretRing, soundTokens } from '../support/hostile-tokens.ts';
import { TEST_KEY, TestClock } from '../support/server.ts';

/** Another run, the same tokens; `FORGERY_SEED` for others, as a failure prints it. */
const seed = Number(process.env['FORGERY_SEED'] ?? 20_261_124);

const kinds = [
  { algorithm: 'HS256', hostile: amount(500, 1500), sound: amount(80, 200) },
  { algorithm: 'RS256', hostile: amount(120, 300), sound: amount(20, 40) },
  { algorithm: 'PS256', hostile: amount(120, 300), sound: amount(20, 40) },
  { algorithm: 'ES256', hostile: amount(120, 300), sound: amount(20, 40) },
] as const;

/** Only a store knows that there is no such session. */
const OF_A_STORE = /^sid of "(unknown|__proto__|constructor|0{32})"$/;

/** Settings that decide how a token is read. */
const VARIANTS: readonly (readonly [string, VerifierSettingsInput])[] = [
  ['as simplejwt has them', {}],
  ['without types and names', { tokenTypeClaim: null, jtiClaim: null, leeway: 7 }],
];

describe.each(kinds)('tokens of a forger, to verifiers with $algorithm', ({ algorithm, hostile, sound }) => {
  const ring = algorithm === 'HS256' ? secretRing(TEST_KEY) : pairRing(algorithm);
  const clock = new TestClock();
  const key =
    algorithm === 'HS256' ? TEST_KEY : createPublicKey(ring.own.key).export({ type: 'spki', format: 'pem' }).toString();

  const workshop = (): Workshop => {
    const exp = clock.seconds + 300;
    const jti = randomUUID().replaceAll('-', '');
    const claims = { token_type: 'access', exp, iat: exp - 1000, jti, user_id: 'alice', iss: 'us', aud: 'app' };
    return { own: ring.own, strangers: ring.strangers, claims };
  };

  describe.each(VARIANTS)('and settings %s', (_name, settings) => {
    const options = { ...settings, issuer: 'us', audience: 'app', key, algorithms: [algorithm] } as SharedOptions;
    const verifiers = ENGINES.map(([, create]) => create({ ...options, clock: clock.read }));
    const isRefusal = (answer: unknown) => typeof answer === 'object' && answer !== null && 'message' in answer;
    /** The one answer of both engines. */
    const askBoth = async ({ trick, token }: Hostile): Promise<unknown> => {
      const [one, other] = await Promise.all(verifiers.map((verifier) => answerOf(verifier, token)));
      expect({ trick, answer: other }).toEqual({ trick, answer: one });
      return one;
    };

    test('S1 S3 S5 S10: are refused by both engines, in the same words', async () => {
      const run = fc.assert(
        fc.asyncProperty(hostileTokens(workshop()), async (made) => {
          const answer = await askBoth(made);
          if (!isRefusal(answer) && !OF_A_STORE.test(made.trick) && settings.tokenTypeClaim !== null)
            throw new Error(`${made.trick}: accepted`);
        }),
        { numRuns: hostile, seed },
      );
      await expect(run).resolves.toBeUndefined();
    });

    test('S1 S4: and the same tools make good tokens, which both accept, and read alike', async () => {
      const run = fc.assert(
        fc.asyncProperty(soundTokens(workshop()), async (made) => {
          if (isRefusal(await askBoth(made))) throw new Error(`${made.trick}: refused`);
        }),
        { numRuns: sound, seed },
      );
      await expect(run).resolves.toBeUndefined();
    });
  });
});

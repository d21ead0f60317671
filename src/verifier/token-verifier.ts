import type { Claims } from '../contracts/claims.ts';
import { restOfTurn, systemClock, type Clock } from '../contracts/clock.ts';
import type { TokenUser } from '../contracts/hooks.ts';
import { ALGORITHMS, type Algorithm } from '../contracts/settings/algorithms.ts';
import { readVerifierSettings, type VerifierSettingsInput } from '../contracts/settings/verifier-settings.ts';
import { nodeEngine } from '../core/dpop/node-engine.ts';
import { isSymmetric, readKey } from '../core/keys/key-material.ts';
import { RemoteKeys } from '../core/keys/remote-keys.ts';
import type { KeySource } from '../core/keys/token-keys.ts';
import { TokenCodec } from '../core/tokens/token-codec.ts';
import { verifyProofs, type DpopVerification } from './dpop.ts';
import { Revocations, type RevocationOptions } from './revocations.ts';
import { expectJwksUrl, expectSeconds, refuse } from './option-checks.ts';
import { makeVerifier, type TokenVerifier } from './verifier.ts';

/** Options of a verifier: `jwksUrl`, or `key` with its algorithm. */
export interface TokenVerifierOptions extends VerifierSettingsInput {
  /** The JWK set of the server: `https://auth.example.com/.well-known/jwks.json`. */
  readonly jwksUrl?: string;
  /** One key instead: a public key as PEM, as a JWK in JSON or the path of a file with either; a secret for HS algorithms. */
  readonly key?: string;
  /**
   * Algorithms that are accepted; each key is used with one of them only. Default: all RS, PS and ES algorithms with
   * `jwksUrl`. With `key` there is exactly one.
   */
  readonly algorithms?: readonly Algorithm[];
  /**
   * Seconds for which the keys that are known are used while `jwksUrl` fails; default 3600. After that every token is refused
   * with `store_unavailable`.
   */
  readonly maxSilence?: number;
  /** Called with the error when the keys, or the revocations, cannot be fetched. */
  readonly onError?: (error: unknown) => void;
  /** Also refuses revoked tokens and retired keys, a few seconds later. Not set: a token is valid until it expires. */
  readonly revocations?: RevocationOptions;
  /** Accepts a token that is bound to a key only with a proof of that key (RFC 9449). Not set: bound tokens are accepted without one. */
  readonly dpop?: DpopVerification;
  /** The user of a request; default: the claims `user_id` and `username`. */
  readonly tokenUser?: (claims: Claims) => TokenUser;
  /** Milliseconds since the epoch; for tests. */
  readonly clock?: Clock;
}

const ASYMMETRIC = ALGORITHMS.filter((algorithm) => !isSymmetric(algorithm));

/**
 * Makes a verifier. Without `revocations` it trusts a token until it expires, as `JWT_AUTHENTICATION=stateless` does.
 *
 * @throws SettingsError for a key that is missing, weak, or does not suit the algorithm
 * @example
 * ```ts
 * import { createTokenVerifier } from 'graphql-simplejwt/verifier';
 *
 * const verifier = createTokenVerifier({
 *   jwksUrl: 'https://auth.example.com/.well-known/jwks.json',
 *   issuer: 'https://auth.example.com',
 *   audience: 'orders',
 * });
 * const { user } = await verifier.verify(accessToken);
 * ```
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const {
    jwksUrl,
    key,
    algorithms,
    maxSilence,
    onError,
    revocations,
    dpop,
    tokenUser,
    clock = systemClock,
    ...shared
  } = options;
  const settings = readVerifierSettings(shared);
  expectSeconds('revocations.maxSilence', revocations?.maxSilence);
  expectSeconds('revocations.interval', revocations?.interval);
  const revoked =
    revocations && new Revocations({ ...(onError && { onError }), ...revocations }, clock, settings.leeway);
  const find = finderOf({ jwksUrl, key, algorithms, maxSilence, onError }, { clock, revoked });
  return makeVerifier({
    engine: new TokenCodec({
      settings: { ...settings, accessTokenTyp: 'JWT' },
      keys: { find, signing: signNothing },
      clock,
    }),
    settings,
    tokenUser,
    proofs: dpop && verifyProofs(dpop, { engine: nodeEngine, leeway: settings.leeway, clock }),
    isRevoked: revoked && ((token) => revoked.include(token)),
    turn: restOfTurn,
    close: () => revoked?.close(),
  });
}

type KeyOptions = {
  readonly [Name in 'jwksUrl' | 'key' | 'algorithms' | 'maxSilence' | 'onError']: TokenVerifierOptions[Name];
};

/** @throws SettingsError */
function finderOf(
  { jwksUrl, key, algorithms, maxSilence, onError }: KeyOptions,
  { clock, revoked }: { readonly clock: Clock; readonly revoked: Revocations | undefined },
): KeySource['find'] {
  expectSeconds('maxSilence', maxSilence);
  if (jwksUrl !== undefined) {
    expectJwksUrl(jwksUrl, key);
    const odd = algorithms?.find((algorithm) => !ASYMMETRIC.includes(algorithm));
    if (odd !== undefined) refuse(`algorithms: got ${odd} with jwksUrl, expected some of ${ASYMMETRIC.join(', ')}.`);
    const remote = new RemoteKeys({
      url: jwksUrl,
      algorithms: algorithms ?? ASYMMETRIC,
      clock,
      ...(maxSilence !== undefined && { maxSilence }),
      ...(onError && { onError }),
    });
    return async (kid) => {
      const found = await remote.find(kid);
      if (found?.kid === undefined || revoked === undefined || (await revoked.acceptNow(found.kid))) return found;
      remote.forget(found.kid); // so that strangers who name it make no further request of the feed
      return null;
    };
  }
  if (maxSilence !== undefined)
    refuse('maxSilence: given without jwksUrl, where no keys are fetched; expected neither.');
  const [algorithm, ...more] = algorithms ?? [];
  if (algorithm === undefined || more.length > 0 || !ALGORITHMS.includes(algorithm)) {
    return refuse(`algorithms: got ${algorithms?.join(', ') ?? 'none'}, expected the one algorithm of the key.`);
  }
  if (key === undefined) return refuse('jwksUrl: not set, expected the URL of a JWK set, or a key.');
  const found = { key: readKey('key', key, isSymmetric(algorithm) ? 'secret' : 'public', algorithm), algorithm };
  return async (kid) => {
    const isGood = kid === undefined || revoked === undefined || (await revoked.accept(kid));
    return isGood ? found : null;
  };
}

function signNothing(): never {
  throw new Error('a verifier signs nothing');
}

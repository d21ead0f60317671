/**
 * graphql-simplejwt/verifier/edge: the verifier where there is no Node.js (Workers, Deno, Bun, browsers). It needs `fetch` and
 * WebCrypto, and nothing else.
 */
import type { Claims } from '../contracts/claims.ts';
import type { Clock } from '../contracts/clock.ts';
import type { TokenUser } from '../contracts/hooks.ts';
import { WEB_ALGORITHMS, type WebAlgorithm } from '../contracts/settings/algorithms.ts';
import { readVerifierSettings, type VerifierSettingsInput } from '../contracts/settings/verifier-settings.ts';
import { webEngine } from '../core/dpop/web-engine.ts';
import { RemoteKeySet } from '../core/keys/remote-key-set.ts';
import { isSecret, readWebKey, webKeyOf, type WebKey } from '../core/keys/web-key.ts';
import { WebCodec } from '../core/tokens/web-codec.ts';
import { verifyProofs, type DpopVerification } from './dpop.ts';
import { expectJwksUrl, expectSeconds, refuse } from './option-checks.ts';
import { makeVerifier, type TokenVerifier } from './verifier.ts';

export type { Clock } from '../contracts/clock.ts';
export * from '../contracts/errors.ts';
export type { TokenUser } from '../contracts/hooks.ts';
export { SettingsError } from '../contracts/settings/settings-error.ts';
export type { Claims, JsonValue } from '../contracts/claims.ts';
export type { WebAlgorithm } from '../contracts/settings/algorithms.ts';
export type { AcceptedToken } from '../core/tokens/token-acceptor.ts';
export type { DpopVerification } from './dpop.ts';
export { verifierGuard } from './verifier-guard.ts';
export type { RequestWithProof, TokenVerifier, VerifiedRequest, VerifierContext } from './verifier.ts';

/** Options of a verifier: `jwksUrl`, or `key` with its algorithm. */
export interface EdgeVerifierOptions extends VerifierSettingsInput {
  /** The JWK set of the issuer: `https://auth.example.com/.well-known/jwks.json`. */
  readonly jwksUrl?: string;
  /** One key instead: a public key as PEM or as a JWK in JSON; a secret for HS algorithms. */
  readonly key?: string;
  /**
   * Algorithms that are accepted; each key is used with one of them only. Default: all RS, PS and ES algorithms and EdDSA with
   * `jwksUrl`. With `key` there is exactly one.
   */
  readonly algorithms?: readonly WebAlgorithm[];
  /**
   * Seconds for which the keys that are known are used while `jwksUrl` fails; default 3600. After that every token is refused
   * with `store_unavailable`.
   */
  readonly maxSilence?: number;
  /** Called with the error when the keys cannot be fetched. */
  readonly onError?: (error: unknown) => void;
  /** Accepts a token that is bound to a key only with a proof of that key (RFC 9449). Not set: bound tokens are accepted without one. */
  readonly dpop?: DpopVerification;
  /** The user of a request; default: the claims `user_id` and `username`. */
  readonly tokenUser?: (claims: Claims) => TokenUser;
  /** Milliseconds since the epoch; for tests. */
  readonly clock?: Clock;
}

const ASYMMETRIC = WEB_ALGORITHMS.filter((algorithm) => !isSecret(algorithm));

/**
 * Makes a verifier that trusts a token until it expires; it gives the verdicts of the verifier for Node.js. It polls nothing, since
 * edge runtimes keep no timers: revocations are not known here. WebCrypto reads a `key` when the first token is verified, and
 * `verify` throws SettingsError then, where the key is none.
 *
 * @throws SettingsError for a bad option, or a key that is missing
 * @example
 * ```ts
 * import { createTokenVerifier } from 'graphql-simplejwt/verifier/edge';
 *
 * const verifier = createTokenVerifier({
 *   jwksUrl: 'https://auth.example.com/.well-known/jwks.json',
 *   issuer: 'https://auth.example.com',
 *   audience: 'orders',
 * });
 * const { user } = await verifier.verify(accessToken);
 * ```
 */
export function createTokenVerifier(options: EdgeVerifierOptions): TokenVerifier {
  const {
    jwksUrl,
    key,
    algorithms,
    maxSilence,
    onError,
    dpop,
    tokenUser,
    clock = () => Date.now(),
    ...shared
  } = options;
  const settings = readVerifierSettings(shared);
  const find = finderOf({ jwksUrl, key, algorithms, maxSilence, onError, clock });
  return makeVerifier({
    engine: new WebCodec({ settings, find, clock }),
    settings,
    tokenUser,
    proofs: dpop && verifyProofs(dpop, { engine: webEngine, leeway: settings.leeway, clock }),
    isRevoked: undefined,
    turn: async () => {},
    close: () => {},
  });
}

type KeyOptions = {
  readonly [Name in 'jwksUrl' | 'key' | 'algorithms' | 'maxSilence' | 'onError' | 'clock']: EdgeVerifierOptions[Name];
} & { readonly clock: Clock };

/** @throws SettingsError */
function finderOf({ jwksUrl, key, algorithms, maxSilence, onError, clock }: KeyOptions) {
  expectSeconds('maxSilence', maxSilence);
  if (jwksUrl !== undefined) {
    expectJwksUrl(jwksUrl, key);
    const odd = algorithms?.find((algorithm) => !ASYMMETRIC.includes(algorithm));
    if (odd !== undefined) refuse(`algorithms: got ${odd} with jwksUrl, expected some of ${ASYMMETRIC.join(', ')}.`);
    const accepted = algorithms ?? ASYMMETRIC;
    const remote = new RemoteKeySet<WebKey>({
      url: jwksUrl,
      algorithms: accepted,
      read: (jwk) => webKeyOf(jwk, accepted),
      clock,
      isPerRequest: isWorkers(),
      ...(maxSilence !== undefined && { maxSilence }),
      ...(onError && { onError }),
    });
    return (kid: string | undefined) => remote.find(kid);
  }
  if (maxSilence !== undefined)
    refuse('maxSilence: given without jwksUrl, where no keys are fetched; expected neither.');
  const [algorithm, ...more] = algorithms ?? [];
  if (algorithm === undefined || more.length > 0 || !WEB_ALGORITHMS.includes(algorithm)) {
    return refuse(`algorithms: got ${algorithms?.join(', ') ?? 'none'}, expected the one algorithm of the key.`);
  }
  if (key === undefined) return refuse('jwksUrl: not set, expected the URL of a JWK set, or a key.');
  let found: Promise<WebKey> | undefined;
  return () => (found ??= readWebKey(key, algorithm));
}

/** As Cloudflare says it can be told. Other edge runtimes let a `fetch` go on. */
function isWorkers(): boolean {
  const { navigator } = globalThis as { readonly navigator?: { readonly userAgent?: string } };
  return navigator?.userAgent === 'Cloudflare-Workers';
}

import type { Clock } from '../contracts/clock.ts';
import { ProofInvalid, StoreUnavailable } from '../contracts/errors.ts';
import type { Prove } from '../contracts/proof.ts';
import { ProofChecker, type CheckedProof, type ProofEngine } from '../core/dpop/check-proof.ts';
import { TokenKeyBinding } from '../core/dpop/key-binding.ts';
import type { KeyBinding } from '../core/tokens/token-acceptor.ts';
import { expectSeconds, refuse } from './option-checks.ts';
import { rememberHere } from './used-proofs.ts';

/**
 * How a service takes tokens that are bound to a key (RFC 9449): a token that was stolen without the key is refused.
 *
 * @example
 * ```ts
 * import type { DpopVerification } from 'graphql-simplejwt/verifier';
 *
 * const dpop: DpopVerification = { mode: 'required', url: 'https://orders.example.com' };
 * ```
 */
export interface DpopVerification {
  /** `required`: tokens that are bound to no key are refused. `optional`: they are accepted as Bearer. */
  readonly mode: 'optional' | 'required';
  /**
   * The address of this service as its clients write it, without the path that it receives: `https://orders.example.com`, or with what a
   * proxy takes away, `https://api.example.com/orders`. Several where it has several. What a request says of its host proves nothing.
   */
  readonly url: string | readonly string[];
  /** Seconds; how old a proof may be, beside `leeway`. Default 60. */
  readonly maxAge?: number;
  /**
   * Remembers a proof for so many seconds, whole ones, and resolves to whether it was not there before: so nobody can send it a second
   * time. To be shared by all processes of a service. An id has 43 characters of base64url.
   *
   * Default: in this process, the last 100,000 proofs. With several processes each then takes a proof once.
   */
  readonly remember?: (id: string, seconds: number) => boolean | Promise<boolean>;
}

/** A request, as far as a proof names it. */
export interface ProvenRequest {
  readonly method?: string | undefined;
  /** As it was received: a path, or a whole URL, of which the path counts. */
  readonly url?: string | undefined;
  /** Express has the path here, where a router has taken its part from `url`. */
  readonly originalUrl?: string | undefined;
  /** The header `DPoP`. */
  readonly proof: string | undefined;
}

/** What a verifier does about proofs. */
export interface ProofVerification {
  readonly binding: KeyBinding;
  /** Of one request. To be called once, since a proof counts once: who has verified a request keeps what came of it. */
  readonly proveOf: (request: ProvenRequest) => Prove;
}

/** Seconds: what clocks of clients are ahead without anybody's fault. */
const MAX_AHEAD = 5;
const DEFAULT_MAX_AGE = 60;

/** @throws SettingsError */
export function verifyProofs(
  options: DpopVerification,
  { engine, leeway, clock }: { readonly engine: ProofEngine; readonly leeway: number; readonly clock: Clock },
): ProofVerification {
  const { mode, url, maxAge = DEFAULT_MAX_AGE, remember = rememberHere(clock) } = options;
  if (mode !== 'optional' && mode !== 'required')
    refuse(`dpop.mode: got ${JSON.stringify(mode)}, expected optional or required.`);
  expectSeconds('dpop.maxAge', maxAge);
  const bases = [url].flat().map(baseOf);
  if (bases.length === 0) refuse('dpop.url: got none, expected the https or http URL of this service.');
  const checker = new ProofChecker(engine);
  const window = { maxAge: maxAge + leeway, maxAhead: MAX_AHEAD + leeway };
  const seconds = Math.ceil(window.maxAge + window.maxAhead) + 1;

  async function check(proof: string, { method = '', url: received = '', originalUrl }: ProvenRequest) {
    const path = pathOf(originalUrl ?? received);
    const checked = await checker.check({
      proof,
      method,
      urls: bases.map((base) => base + path),
      now: clock(),
      window,
    });
    if (!(await isNew(checked))) throw new ProofInvalid('jti');
    return checked;
  }

  /** @throws StoreUnavailable */
  async function isNew({ thumbprint, jti }: CheckedProof): Promise<boolean> {
    const id = await engine.digest(`${thumbprint} ${jti}`);
    try {
      return await remember(id, seconds);
    } catch (error) {
      throw new StoreUnavailable(error);
    }
  }

  return {
    binding: new TokenKeyBinding({ digest: engine.digest, isRequired: mode === 'required' }),
    proveOf: (request) => async () => (request.proof === undefined ? null : check(request.proof, request)),
  };
}

/** @throws SettingsError */
function baseOf(url: string): string {
  if (!/^https?:\/\/[^?#]*$/i.test(url) || !URL.canParse(url))
    refuse(`dpop.url: got ${JSON.stringify(url)}, expected the https or http URL of this service, without ? and #.`);
  return url.replace(/\/$/, '');
}

/** The path of what a request asks for: Node.js has a path, the Fetch API a whole URL (RFC 9112 3.2 lets clients send that too). */
const pathOf = (received: string): string => received.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');

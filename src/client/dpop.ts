/**
 * graphql-simplejwt for clients of servers with `JWT_DPOP`: requests that prove that their sender has the key to which the tokens
 * are bound (RFC 9449). Tokens that were stolen without the key are worth nothing.
 */
import { browserKey } from './browser-key.ts';
import { signProof } from './dpop-proof.ts';
import { expectWebCrypto, proofKeyOf, type ProofKey, type ProofKeyAlgorithm, type ProofKeyPair } from './proof-key.ts';
import { proofRefusalIn, type ProofRefusal } from './proof-refusal.ts';
import { addressOf, isRepeatable, methodOf, sentTokenIn, type Address } from './sent-request.ts';

export {
  generateProofKeys,
  type ProofKey,
  type ProofKeyAlgorithm,
  type ProofKeyPair,
  type PublicJwk,
} from './proof-key.ts';

/** Options of `createDpop`. */
export interface DpopOptions {
  /**
   * The key that signs. Default: one in IndexedDB that no script can take out, which all pages of the origin share; where there is
   * no IndexedDB, one in memory, which is gone with the page or program.
   */
  readonly key?: ProofKey | ProofKeyPair;
  /** The name of the key in IndexedDB, where an origin needs several. Default: `default`. */
  readonly name?: string;
  /**
   * What key is made in IndexedDB, where there is none of this name. One that is there stays, since sessions are bound to it: to change
   * the algorithm, take another `name`, and users sign in again. Default: `ES256`.
   */
  readonly algorithm?: ProofKeyAlgorithm;
  /** The server's `JWT_AUTH_HEADER_NAME`. Default: `authorization`. */
  readonly headerName?: string;
  /** Default: the platform's. */
  readonly fetch?: typeof fetch;
  /** Milliseconds since the epoch; for tests. */
  readonly clock?: () => number;
}

/** What sends proofs. */
export interface Dpop {
  /**
   * `fetch` with a proof of its own for each request, to be handed to all that sends: the token store, the link, the functions for
   * accounts. The tokens that a sign-in brings are then bound to the key. Where a server wants a nonce, or says that the proof is
   * not good and the clock here is wrong, it sends the request once more. A token that is not bound goes out as it is.
   *
   * @throws what `fetch` throws, and Error where the key cannot be had
   */
  readonly fetch: typeof fetch;
  /**
   * The headers with which a bound access token is sent to an address, for what does not send by `fetch`; they are good for one
   * request. Without an access token, the proof alone.
   *
   * @throws Error where the key cannot be had
   */
  headers(this: void, method: string, url: string, access?: string | null): Promise<Record<string, string>>;
  /** For `graphql-ws`: adds a proof to the payload of each `connection_init`. It rejects only if `params` does. */
  connectionParams(
    this: void,
    url: string,
    params: () => Promise<Record<string, string>>,
  ): () => Promise<Record<string, string>>;
}

/** What a server has told of itself. */
interface Server {
  nonce: string | undefined;
  /** Milliseconds by which its clock is ahead of ours. */
  ahead: number;
}

/** What is less may be the way of the answer. */
const NOTABLE_MS = 2000;
const SCHEME = 'DPoP';

/**
 * Makes what sends proofs.
 *
 * @throws Error on a page of an insecure origin, where there is no WebCrypto, and no `key` was given
 * @example
 * ```ts
 * import { browserStorage, createTokenStore } from 'graphql-simplejwt/client';
 * import { createDpop } from 'graphql-simplejwt/dpop';
 *
 * const dpop = createDpop();
 * const tokens = createTokenStore({ url: '/graphql', storage: browserStorage(), fetch: dpop.fetch });
 * await tokens.signIn('alice', 'wonderland123!');
 * const response = await dpop.fetch('/notes', { headers: tokens.headers(await tokens.accessToken()) });
 * ```
 */
export function createDpop(options: DpopOptions = {}): Dpop {
  const { clock = () => Date.now() } = options;
  const headerName = (options.headerName ?? 'authorization').toLowerCase();
  const transport: typeof fetch = (...request) => (options.fetch ?? globalThis.fetch)(...request);
  const load = keySourceOf(options);
  const servers = new Map<string, Server>();
  let loading: Promise<ProofKey> | null = null;

  function key(): Promise<ProofKey> {
    if (loading !== null) return loading;
    const begun = load();
    loading = begun;
    begun.catch(() => (loading = null)); // the next request tries again
    return begun;
  }

  /** Whether another page has made another key since: the user may have removed the one that we know. */
  async function isReplaced(): Promise<boolean> {
    const [known, found] = await Promise.all([key(), load()]);
    loading = Promise.resolve(found);
    return JSON.stringify(known.jwk) !== JSON.stringify(found.jwk);
  }

  function serverAt({ origin }: Address): Server {
    const known = servers.get(origin) ?? { nonce: undefined, ahead: 0 };
    servers.set(origin, known);
    return known;
  }

  async function headersFor(method: string, at: Address, access: string | null): Promise<Record<string, string>> {
    const { nonce, ahead } = serverAt(at);
    const proof = await signProof(await key(), { method, htu: at.htu, access, nonce, now: clock() + ahead });
    return access === null ? { dpop: proof } : { [headerName]: `${SCHEME} ${access}`, dpop: proof };
  }

  /** Whether there is something to be done about a refusal: then the same request, with a new proof, may be answered. */
  async function isMended(refusal: ProofRefusal, server: Server, sent: Server): Promise<boolean> {
    const { error, nonce, check, serverTime } = refusal;
    if (error === 'use_dpop_nonce') {
      server.nonce = nonce ?? server.nonce;
      return server.nonce !== sent.nonce;
    }
    const ahead = serverTime === null ? sent.ahead : serverTime - clock();
    const isClock = (check ?? 'iat') === 'iat' && Math.abs(ahead - sent.ahead) > NOTABLE_MS;
    if (isClock) server.ahead = ahead;
    return isClock || ((check ?? 'key') === 'key' && (await isReplaced()));
  }

  const send: typeof fetch = async (input, init) => {
    const whole = input instanceof Request ? input : null;
    const headers = new Headers(init?.headers ?? whole?.headers);
    const token = sentTokenIn(headers.get(headerName));
    if (token !== null && !token.isBound) return transport(input, init);
    const method = methodOf(init?.method ?? whole?.method ?? 'GET');
    const at = addressOf(input instanceof Request ? input.url : input.toString());
    const server = serverAt(at);
    const mended = new Set<string>();
    for (;;) {
      const sent = { ...server };
      const proven = await headersFor(method, at, token?.access ?? null);
      for (const [name, value] of Object.entries(proven)) headers.set(name, value);
      const answer = await transport(whole?.clone() ?? input, { ...init, headers });
      server.nonce = answer.headers.get('dpop-nonce') ?? server.nonce;
      const refusal = isRepeatable(init?.body) ? await proofRefusalIn(answer) : null;
      // Once for each: a server that refuses all is not asked for ever.
      if (refusal === null || mended.has(refusal.error) || !(await isMended(refusal, server, sent))) return answer;
      mended.add(refusal.error);
      answer.body?.cancel().catch(() => {});
    }
  };

  return {
    fetch: send,
    headers: (method, url, access = null) => headersFor(methodOf(method), addressOf(url), access),
    connectionParams: (url, params) => async () => {
      const given = await params();
      const token = sentTokenIn(given[headerName]);
      if (token === null || !token.isBound) return given;
      const proven = headersFor('GET', addressOf(url.replace(/^ws/i, 'http')), token.access);
      return { ...given, ...(await proven.catch(() => ({}))) }; // without its key the server refuses it, and says so
    },
  };
}

/** @throws Error where there is no WebCrypto */
function keySourceOf({ key, name = 'default', algorithm }: DpopOptions): () => Promise<ProofKey> {
  if (key === undefined) {
    expectWebCrypto();
    return browserKey(name, algorithm);
  }
  const given = 'privateKey' in key ? proofKeyOf(key) : Promise.resolve(key);
  given.catch(() => {}); // those who send are told
  return () => given;
}

import type { VerifiedToken } from '../contracts/claims.ts';
import type { Clock } from '../contracts/clock.ts';
import { StoreUnavailable } from '../contracts/errors.ts';

const TIMEOUT_MS = 3000;
const DEFAULT_INTERVAL_SECONDS = 2;
const DEFAULT_MAX_SILENCE_SECONDS = 60;

/**
 * How a verifier learns of revocations: from the server's feed, with the credentials that `services create` printed.
 *
 * @example
 * ```ts
 * import type { RevocationOptions } from 'graphql-simplejwt/verifier';
 *
 * const revocations: RevocationOptions = {
 *   url: 'https://auth.example.com/revocations',
 *   name: 'orders',
 *   secret,
 *   onError: (error) => console.error(error),
 * };
 * ```
 */
export interface RevocationOptions {
  /** `https://auth.example.com/revocations`. */
  readonly url: string;
  readonly name: string;
  readonly secret: string;
  /** Seconds between two requests; default 2. A revocation takes effect here after that time plus the request's. */
  readonly interval?: number;
  /** Seconds without an answer after which every token is refused; default 60. */
  readonly maxSilence?: number;
  /** Called with the error when a request fails. Default: the verifier's `onError`. */
  readonly onError?: (error: unknown) => void;
}

/** A response of the feed. `exp` is a NumericDate: until then an ID must be remembered. */
interface Answer {
  readonly cursor: string;
  readonly sessions: readonly { readonly sid: string; readonly exp: number }[];
  readonly tokens: readonly { readonly jti: string; readonly exp: number }[];
  /** The `kid` of every key that the server accepts; left out by one that cannot tell. */
  readonly keys?: readonly string[];
  readonly more: boolean;
}

/** The revoked IDs, kept up to date by polling the feed. Verifying a token makes no request of its own. */
export class Revocations {
  readonly #options: RevocationOptions;
  readonly #clock: Clock;
  readonly #leeway: number;
  readonly #sessions = new Map<string, number>();
  readonly #tokens = new Map<string, number>();
  readonly #closing = new AbortController();
  #keys: ReadonlySet<string> | null = null;
  #cursor: string | null = null;
  #knownAt = Number.NEGATIVE_INFINITY;
  #first: Promise<void> | null = null;
  #asking: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;

  /** `leeway` in seconds: how long after its `exp` a token is accepted. */
  constructor(options: RevocationOptions, clock: Clock, leeway: number) {
    this.#options = options;
    this.#clock = clock;
    this.#leeway = leeway;
  }

  /**
   * Whether a token or its session was revoked. The first call starts polling and waits for the first response.
   *
   * @throws StoreUnavailable where there was no answer for too long
   */
  async include({ jti, sessionId }: Pick<VerifiedToken, 'jti' | 'sessionId'>): Promise<boolean> {
    await this.#expectAnswer();
    return (sessionId !== null && this.#sessions.has(sessionId)) || (jti !== null && this.#tokens.has(jti));
  }

  /**
   * Whether the server accepts the key of this name, as the latest answer says.
   *
   * @throws StoreUnavailable where there was no answer for too long
   */
  async accept(kid: string): Promise<boolean> {
    await this.#expectAnswer();
    return this.#keys?.has(kid) ?? true;
  }

  /** The same, and asks anew before it says no: the key may have been made after the latest answer. */
  async acceptNow(kid: string): Promise<boolean> {
    if (await this.accept(kid)) return true;
    await this.#ask();
    return this.accept(kid);
  }

  /** Stops polling. */
  close(): void {
    this.#closing.abort();
    clearTimeout(this.#timer);
  }

  async #expectAnswer(): Promise<void> {
    this.#first ??= this.#poll();
    await this.#first;
    const { maxSilence = DEFAULT_MAX_SILENCE_SECONDS } = this.#options;
    if (this.#clock() - this.#knownAt <= maxSilence * 1000) return;
    throw new StoreUnavailable(
      new Error(`the revocation feed did not answer within ${maxSilence} s; onError gets the reason`),
    );
  }

  async #poll(): Promise<void> {
    await this.#ask();
    if (this.#closing.signal.aborted) return;
    const { interval = DEFAULT_INTERVAL_SECONDS } = this.#options;
    this.#timer = setTimeout(() => void this.#poll(), interval * 1000).unref();
  }

  /** Asks for what is new; calls meanwhile share the answer. Never rejects. */
  #ask(): Promise<void> {
    this.#asking ??= this.#walk()
      .catch((error: unknown) => {
        if (!this.#closing.signal.aborted) this.#options.onError?.(error);
      })
      .catch(() => {}) // an `onError` that throws is not to stop the program
      .finally(() => {
        this.#asking = null;
      });
    return this.#asking;
  }

  async #walk(): Promise<void> {
    const asked = this.#clock();
    let more = true;
    while (more) more = this.#learn(await this.#fetch());
    this.#knownAt = asked;
    this.#forget();
  }

  async #fetch(): Promise<Answer> {
    const { url, name, secret } = this.#options;
    const address = new URL(url);
    if (this.#cursor !== null) address.searchParams.set('since', this.#cursor);
    const credentials = Buffer.from(`${encodeURIComponent(name)}:${encodeURIComponent(secret)}`).toString('base64');
    const response = await fetch(address, {
      headers: { authorization: `Basic ${credentials}` },
      redirect: 'error', // do not send the credentials to another address
      signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (response.ok) return (await response.json()) as Answer;
    const remedy = REMEDIES[response.status] ?? '';
    throw new Error(`${address.origin}${address.pathname} answered ${response.status}, expected 200${remedy}`);
  }

  /** Whether there is more. */
  #learn({ cursor, sessions, tokens, keys, more }: Answer): boolean {
    for (const { sid, exp } of sessions) this.#sessions.set(sid, exp);
    for (const { jti, exp } of tokens) this.#tokens.set(jti, exp);
    this.#keys = keys === undefined ? null : new Set(keys);
    this.#cursor = cursor;
    return more;
  }

  #forget(): void {
    const now = this.#clock() / 1000 - this.#leeway;
    for (const names of [this.#sessions, this.#tokens]) {
      for (const [name, exp] of names) if (exp < now) names.delete(name);
    }
  }
}

const REMEDIES: Readonly<Record<number, string>> = {
  401: ': the name and secret must be those that `services create` has printed',
  403: ': the service must be one that `services create` has made with `--may feed`',
};

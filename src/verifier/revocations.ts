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
  /** Called with the error when a request fails. */
  readonly onError?: (error: unknown) => void;
}

/** A response of the feed. `exp` is a NumericDate: until then an ID must be remembered. */
interface Answer {
  readonly cursor: string;
  readonly sessions: readonly { readonly sid: string; readonly exp: number }[];
  readonly tokens: readonly { readonly jti: string; readonly exp: number }[];
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
  #cursor: string | null = null;
  #knownAt = Number.NEGATIVE_INFINITY;
  #first: Promise<void> | null = null;
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
    this.#first ??= this.#ask();
    await this.#first;
    const { maxSilence = DEFAULT_MAX_SILENCE_SECONDS } = this.#options;
    if (this.#clock() - this.#knownAt > maxSilence * 1000) {
      throw new StoreUnavailable(
        new Error(
          `the feed of revocations does not answer: expected it to within ${maxSilence} s; onError is told why`,
        ),
      );
    }
    return (sessionId !== null && this.#sessions.has(sessionId)) || (jti !== null && this.#tokens.has(jti));
  }

  /** Stops polling. */
  close(): void {
    this.#closing.abort();
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    try {
      const asked = this.#clock();
      let more = true;
      while (more) more = this.#learn(await this.#fetch());
      this.#knownAt = asked;
      this.#forget();
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#options.onError?.(error);
    }
    if (this.#closing.signal.aborted) return;
    const { interval = DEFAULT_INTERVAL_SECONDS } = this.#options;
    this.#timer = setTimeout(() => void this.#ask(), interval * 1000).unref();
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
    const remedy =
      response.status === 401 ? ': the name and secret must be those that `services create` has printed' : '';
    throw new Error(`${address.origin}${address.pathname} answered ${response.status}, expected 200${remedy}`);
  }

  /** Whether there is more. */
  #learn({ cursor, sessions, tokens, more }: Answer): boolean {
    for (const { sid, exp } of sessions) this.#sessions.set(sid, exp);
    for (const { jti, exp } of tokens) this.#tokens.set(jti, exp);
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

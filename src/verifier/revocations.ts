import type { VerifiedToken } from '../contracts/claims.ts';
import type { Clock } from '../contracts/clock.ts';
import { StoreUnavailable } from '../contracts/errors.ts';

const TIMEOUT_MS = 3000;
const DEFAULT_INTERVAL_SECONDS = 2;
const DEFAULT_MAX_SILENCE_SECONDS = 60;

/** How a verifier learns what was revoked: by the server's feed, with what `services create` printed. */
export interface RevocationOptions {
  /** `https://auth.example.com/revocations`. */
  readonly url: string;
  readonly name: string;
  readonly secret: string;
  /** Seconds between two questions; 2 unless set. A revocation bites that much later, and the time of an answer. */
  readonly interval?: number;
  /** Seconds without an answer after which no token is accepted, since nobody knows; 60 unless set. */
  readonly maxSilence?: number;
  /** Given what is wrong with an answer, or why there is none. */
  readonly onError?: (error: unknown) => void;
}

/** An answer of the feed. `exp` is NumericDate: until when a name must be remembered. */
interface Answer {
  readonly cursor: string;
  readonly sessions: readonly { readonly sid: string; readonly exp: number }[];
  readonly tokens: readonly { readonly jti: string; readonly exp: number }[];
  readonly more: boolean;
}

/** What was revoked, kept by asking every few seconds; no token is a request. */
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

  /** `leeway` in seconds: so much longer than its `exp` is a token accepted. */
  constructor(options: RevocationOptions, clock: Clock, leeway: number) {
    this.#options = options;
    this.#clock = clock;
    this.#leeway = leeway;
  }

  /**
   * Whether a token or its session was revoked. The first question waits for the first answer.
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

  /** Stops asking. */
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
      redirect: 'error', // the credentials are for that address
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

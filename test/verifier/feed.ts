import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createTokenVerifier, type RevocationOptions, type TokenVerifier } from '../../src/verifier/index.ts';
import { craft } from '../support/craft.ts';
import type { TestClaims } from '../support/forge.ts';
import { TEST_KEY, TestClock } from '../support/server.ts';

/** Names that are revoked, each with the NumericDate until when it must be remembered. */
export type Names = Readonly<Record<string, number>>;

export const verdictOf = (verifier: TokenVerifier, token: string) =>
  verifier.verify(token).then(
    () => 'accepted',
    (error: unknown) => (error as { readonly reason: string }).reason,
  );

/** A feed of revocations that says what a test wants, and a verifier that asks it. */
export class Feed {
  readonly clock = new TestClock();
  readonly requests: IncomingMessage[] = [];
  readonly errors: string[] = [];
  readonly #server = createServer((request, response) => this.#receive(request, response)).unref();
  readonly #verifiers: TokenVerifier[] = [];
  sessions: Names = {};
  tokens: Names = {};
  /** The names of the keys that are accepted; a server that cannot tell leaves them out. */
  keys: readonly string[] | undefined;
  /** What answers instead. */
  instead: ((response: ServerResponse) => void) | null = null;

  static async start(): Promise<Feed> {
    const feed = new Feed();
    feed.#server.listen(0, '127.0.0.1');
    await once(feed.#server, 'listening');
    return feed;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/revocations`;
  }

  verifier(options: Partial<RevocationOptions> & { readonly leeway?: number } = {}): TokenVerifier {
    const { leeway = 0, ...rest } = options;
    const onError = (error: unknown) => this.errors.push(String(error));
    const revocations = { url: this.url, name: 'orders', secret: 'x', interval: 0.01, onError, ...rest };
    const [clock, algorithms] = [this.clock.read, ['HS256'] as const];
    const verifier = createTokenVerifier({ key: TEST_KEY, algorithms, clock, leeway, revocations });
    this.#verifiers.push(verifier);
    return verifier;
  }

  /** An access token that is good for a minute, unless its claims say something else. */
  token(claims: TestClaims, kid?: string): string {
    const now = this.clock.seconds;
    const header = { ...(kid !== undefined && { kid }) };
    return craft({ token_type: 'access', exp: now + 60, iat: now, jti: 'a', user_id: 'u', ...claims }, { header });
  }

  /** Resolves when a question was answered that was asked after this call. */
  async isAskedAgain(): Promise<void> {
    await once(this.#server, 'request');
    await once(this.#server, 'request');
  }

  async isAsked(): Promise<void> {
    await once(this.#server, 'request');
  }

  close(): void {
    for (const verifier of this.#verifiers) verifier.close();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push(request);
    if (this.instead !== null) return this.instead(response);
    const sessions = Object.entries(this.sessions).map(([sid, exp]) => ({ sid, exp }));
    const tokens = Object.entries(this.tokens).map(([jti, exp]) => ({ jti, exp }));
    response.end(
      JSON.stringify({ cursor: `c${this.requests.length}`, sessions, tokens, keys: this.keys, more: false }),
    );
  }
}

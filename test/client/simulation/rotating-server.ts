/** What becomes of one request. */
export interface Fate {
  /** Milliseconds until the answer. */
  readonly ms: number;
  readonly kind: 'answered' | 'unsent' | 'lost' | 'hangs' | 'odd';
}

interface Session {
  readonly user: string;
  step: number;
  isOver: boolean;
}

const LIFETIME_S = 300;

/** A server that rotates: a second use of a refresh token ends its session, unless the successor was never used. */
export class RotatingServer {
  readonly #sessions: Session[] = [];
  /** Sessions that ended because a refresh token was used twice. */
  readonly reused: number[] = [];
  /** The refresh tokens that were sent, as they are sent. */
  onSent: (session: number, step: number) => void = () => {};
  /** The sessions that are signed out of. */
  onSignOut: (session: number) => void = () => {};

  constructor(
    readonly fate: () => Fate,
    readonly clock: () => number,
  ) {}

  readonly fetch: typeof fetch = async (_url, init) => {
    const { query, variables } = JSON.parse(String(init?.body)) as {
      query: string;
      variables: { username?: string; password?: string; refresh?: string };
    };
    const [session = -1, step = -1] = (variables.refresh ?? '').split('.').map(Number);
    if (query.includes('tokenRefresh')) this.onSent(session, step);
    const { kind, ms } = this.fate();
    const wait = (longest: number) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, longest)));
    if (kind === 'hangs') return new Promise(() => {}); // whatever the signal says
    if (kind === 'odd') return new Response('<h1>Welcome to the hotel</h1>');
    if (kind === 'unsent') {
      await wait(Infinity);
      throw new TypeError('fetch failed');
    }
    // One that is given up arrives all the same, if soon: of none that arrives after two rotations is anything promised.
    await wait(100);
    const answer = Response.json(this.#answer(query, variables.username ?? '', session, step));
    await wait(Infinity);
    if (kind === 'lost') throw new TypeError('terminated');
    return answer;
  };

  isOver(session: number): boolean {
    return this.#sessions[session]?.isOver ?? true;
  }

  #answer(query: string, username: string, id: number, step: number): object {
    if (query.includes('tokenObtainPair')) {
      this.#sessions.push({ user: username, step: 0, isOver: false });
      return { data: { tokenObtainPair: this.#pair(this.#sessions.length - 1) } };
    }
    const session = this.#sessions[id];
    if (session === undefined || session.isOver) return refusal('token_blacklisted');
    if (query.includes('tokenBlacklist')) {
      this.onSignOut(id);
      session.isOver = true;
      return { data: { tokenBlacklist: { jti: 'jti' } } };
    }
    if (step < session.step - 1) {
      this.reused.push(id);
      session.isOver = true;
      return refusal('token_blacklisted');
    }
    if (step === session.step) session.step += 1;
    return { data: { tokenRefresh: this.#pair(id) } };
  }

  #pair(id: number): object {
    const iat = Math.floor(this.clock() / 1000);
    const step = this.#sessions[id]?.step ?? 0;
    const claims = { sid: String(id), iat, exp: iat + LIFETIME_S, jti: step };
    return { access: `e30.${btoa(JSON.stringify(claims))}.`, refresh: `${id}.${step}` };
  }
}

const refusal = (reason: string): object => ({
  errors: [{ message: reason, extensions: { code: 'UNAUTHENTICATED', reason, action: 'LOGIN' } }],
});

/** The session that an access token is of. */
export const sessionOf = (access: string): number =>
  Number((JSON.parse(atob(access.split('.')[1] ?? '')) as { sid: string }).sid);

import { setTimeout as delay } from 'node:timers/promises';
import { TokenObtainPairDocument, TokenVerifyDocument } from '../generated/operations.ts';
import type { Client } from './client.ts';

/** What an answer promised of a token. While something is asked that would change it, and after a crash, nobody knows. */
type Promised = 'good' | 'dead' | 'unknown';

const SAMPLE = 60;
/** A change of the password is told as what has ended a session. */
const DEAD = new Set<unknown>(['token_blacklisted', 'password_changed']);

/** What a server has answered, kept apart from it: each line must be true of any server on the same store. */
export class Ledger {
  readonly #tokens = new Map<string, Promised>();
  /** The passwords a user may have, the likeliest last: more than one, while a change of password is not answered. */
  readonly #passwords = new Map<string, readonly string[]>();
  #recent = new Set<string>();

  note(promised: Promised, ...tokens: readonly string[]): void {
    for (const token of tokens) {
      this.#tokens.set(token, promised);
      this.#recent.add(token);
    }
  }

  /** Notes that something is asked which ends these tokens, and once it is answered, that it did. */
  async ending<Answer>(tokens: readonly string[], ask: () => Promise<Answer>): Promise<Answer> {
    this.note('unknown', ...tokens);
    const answer = await ask();
    this.note('dead', ...tokens);
    return answer;
  }

  async changing<Answer>(username: string, password: string, ask: () => Promise<Answer>): Promise<Answer> {
    this.#passwords.set(username, [...(this.#passwords.get(username) ?? []), password]);
    const answer = await ask();
    this.#passwords.set(username, [password]);
    return answer;
  }

  passwordOf(username: string): string {
    return this.#passwords.get(username)?.at(-1) ?? '';
  }

  /** Finds out which password a user has, where a change was not answered; waits until it can be asked. */
  async settle(username: string, client: Client): Promise<void> {
    while (this.isUnsure(username)) {
      const candidates = this.#passwords.get(username) ?? [];
      const broken = await this.#auditPassword(client, username, candidates).catch(() => undefined); // nobody answers yet
      if (broken === null) return;
      if (broken !== undefined) throw new Error(broken);
      await delay(100);
    }
  }

  /** Whether a change of the password was not answered since the last one that was: it may be done however late. */
  isUnsure(username: string): boolean {
    return (this.#passwords.get(username) ?? []).length > 1;
  }

  count(promised: Promised): number {
    return [...this.#tokens.values()].filter((value) => value === promised).length;
  }

  /**
   * Holds the server to what was answered since the last time, and to some or all of what was before. Resolves to the
   * promises that are broken.
   */
  async audit(client: Client, { all = false } = {}): Promise<readonly string[]> {
    const former = [...this.#tokens.keys()].filter((token) => !this.#recent.has(token));
    const sample = all ? former : former.toSorted(() => Math.random() - 0.5).slice(0, SAMPLE);
    const broken: (string | null)[] = [];
    const tokens = [...this.#recent, ...sample];
    for (let start = 0; start < tokens.length; start += SAMPLE) {
      const some = tokens.slice(start, start + SAMPLE);
      broken.push(...(await Promise.all(some.map((token) => this.#auditToken(client, token)))));
    }
    this.#recent = new Set();
    for (const [username, candidates] of this.#passwords) {
      broken.push(await this.#auditPassword(client, username, candidates));
    }
    return broken.filter((line) => line !== null);
  }

  async #auditToken(client: Client, token: string): Promise<string | null> {
    const { errors } = await client.send(TokenVerifyDocument, { token });
    const reason = errors[0]?.extensions['reason'] ?? 'good';
    const is = DEAD.has(reason) ? 'dead' : (reason as string);
    const promised = this.#tokens.get(token);
    if (promised === 'unknown' && (is === 'good' || is === 'dead')) {
      this.#tokens.set(token, is); // whichever it is now, it has been said
      return null;
    }
    return is === promised ? null : `a token that is ${promised} is ${is}`;
  }

  async #auditPassword(client: Client, username: string, candidates: readonly string[]): Promise<string | null> {
    const right: string[] = [];
    for (const password of candidates) {
      const { data, errors } = await client.send(TokenObtainPairDocument, { username, password });
      const reason = errors[0]?.extensions['reason'];
      if (data !== null) right.push(password);
      else if (reason !== 'no_active_account')
        throw new Error(`${username} is told neither right nor wrong: ${String(reason)}`);
    }
    if (right.length !== 1) return `of ${candidates.length} passwords of ${username}, ${right.length} are right`;
    this.#passwords.set(username, [...candidates.filter((password) => password !== right[0]), ...right]);
    return null;
  }
}

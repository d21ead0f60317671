import type { Client } from '../../contracts/client.ts';
import { ChallengeInvalid, InvalidInput } from '../../contracts/errors.ts';
import type { Hooks, User } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { Store, UserRecord } from '../../contracts/store/store.ts';
import { isAllowed } from '../sessions/standing.ts';
import type { UserService } from '../users/user-service.ts';
import type { Challenge, Challenges } from './challenges.ts';
import { budgetOf } from './counted-codes.ts';
import type { SecondFactors } from './second-factors.ts';

/** What it is made of. */
export interface CodeSignInParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly hooks: Hooks;
  readonly users: UserService;
  readonly challenges: Challenges;
  readonly factors: SecondFactors;
}

/** The second half of a sign-in: answers a challenge with a code. */
export class CodeSignIn {
  readonly #parts: CodeSignInParts;

  constructor(parts: CodeSignInParts) {
    this.#parts = parts;
  }

  /**
   * Whose attempts an answer counts for, and against which budget.
   *
   * @throws ChallengeInvalid
   */
  countedFor(challenge: string, code: string) {
    const { account, userId, knownAs } = this.#parts.challenges.read(challenge);
    return { account, userId, knownAs, throttle: budgetOf(code) };
  }

  /**
   * Signs in who was asked for a code. The challenge is good for one answer, and for five wrong ones.
   *
   * @throws ChallengeInvalid, InvalidInput, StoreUnavailable
   */
  async answer(
    text: string,
    code: string,
    client: Client,
  ): Promise<{ readonly user: User; readonly methods: readonly string[] }> {
    const { challenges, users } = this.#parts;
    const challenge = challenges.read(text);
    await challenges.count(challenge);
    const record = await this.#userOf(challenge);
    const methods = await this.#accept(record, code, client);
    await challenges.end(challenge);
    return { user: await users.completeSignIn(record, client), methods };
  }

  async #userOf({ userId, passwordChangedAt }: Challenge) {
    const record = await this.#parts.store.users.findById(userId);
    const isSame = record !== null && record.passwordChangedAt.getTime() === passwordChangedAt;
    if (!isSame || !(await isAllowed(record, this.#parts))) throw new ChallengeInvalid();
    return record;
  }

  async #accept(record: UserRecord, code: string, client: Client): Promise<readonly string[]> {
    try {
      return await this.#parts.factors.accept(record, code, client);
    } catch (error) {
      const isWrong = error instanceof InvalidInput && error.reason === 'wrong_code';
      const credentials = { username: record.username, password: '********************' } as const;
      if (isWrong) await this.#parts.hooks.onLoginFailed?.(credentials, client);
      throw error;
    }
  }
}

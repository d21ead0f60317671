import type { Awaitable } from './awaitable.ts';
import { areDue, type HeldTokens } from './held-tokens.ts';
import {
  createTokenApi,
  type AnsweredTokens,
  type TokenApi,
  type TokenApiOptions,
  type TokenRequestError,
} from './token-api.ts';

/** Between the attempts of one refresh: a lost answer is asked for again within the server's grace interval. */
const RETRY_AFTER_MS = [250, 1000, 3000];
/** What an operation waits for a server that says when to ask again. */
const LONGEST_MS = 5000;

/** A token refused at this age was refused for another reason than its age. */
const YOUNG_MS = 30_000;
/** How many such in a row are refreshed. */
const MOST_REFUSALS = 4;

/** The token operations, and when a refresh may be asked for. */
export interface PatientApi extends Omit<TokenApi, 'refresh'> {
  /**
   * Asks again where no answer comes, and not before the server wants to be asked again.
   *
   * @param isCurrent whether the token is still to be refreshed; asked before each further attempt
   * @throws TokenRequestError
   */
  refresh(refresh: string | null, signal: AbortSignal, isCurrent: () => Promise<boolean>): Promise<AnsweredTokens>;

  /**
   * Whether to refresh tokens that a server refused, after a pause if it refused those before just as fresh. Without a
   * limit a server that refuses all tokens and refreshes all would be asked for ever.
   */
  mayAskFor(held: HeldTokens): Awaitable<boolean>;
}

export function createPatientApi(
  options: TokenApiOptions,
  clock: () => number,
  sleep: (ms: number) => Promise<void>,
): PatientApi {
  const api = createTokenApi(options);
  /** When the server, and what it, last said of when to ask again. */
  let since = 0;
  let said: TokenRequestError | null = null;
  let refusals = 0;
  let refused: HeldTokens | null = null;
  let verdict: Promise<boolean> | null = null;

  const pause = (ms: number, signal: AbortSignal): Promise<unknown> =>
    Promise.race([sleep(ms), new Promise((resolve) => signal.addEventListener('abort', resolve))]);

  return {
    ...api,
    refresh: async (refresh, signal, isCurrent) => {
      if (said !== null) {
        const passed = clock() - since;
        const left = passed < 0 ? 0 : msOf(said) - passed; // a clock that was set back says nothing
        if (left > LONGEST_MS) throw said;
        if (left > 0) await pause(left, signal);
        said = null;
      }
      for (let attempt = 0; ; attempt += 1) {
        try {
          return await api.refresh(refresh, signal);
        } catch (error) {
          said = error as TokenRequestError; // and nothing else
          if (said.outcome !== 'unavailable') throw said;
          since = clock();
          const ms = Math.max(RETRY_AFTER_MS[attempt] ?? Infinity, msOf(said));
          if (ms <= LONGEST_MS && !signal.aborted) await pause(ms, signal);
          if (ms > LONGEST_MS || signal.aborted || !(await isCurrent())) throw said;
        }
      }
    },
    mayAskFor: (held) => {
      if (refused !== held || verdict === null) {
        const isYoung = clock() < held.receivedAt + YOUNG_MS && !areDue(held, clock());
        refusals = isYoung && refused?.chain === held.chain ? refusals + 1 : 0;
        refused = held;
        // Half of it by chance, so that many devices do not come back at once.
        const ms = refusals > 0 ? 250 * 2 ** refusals * (1 + Math.random()) : 0;
        verdict = refusals < MOST_REFUSALS ? sleep(ms).then(() => true) : null;
      }
      return verdict ?? false;
    },
  };
}

const msOf = ({ retryAfter }: TokenRequestError): number => Number(retryAfter) * 1000;

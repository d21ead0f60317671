import { ApolloLink } from '@apollo/client';
import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';
import { TokenRequestError } from 'graphql-simplejwt/apollo-client';
import { tap } from 'rxjs';

/** Whether the server answered when it was last asked. */
export class Connection {
  readonly #listeners = new Set<() => void>();
  #isLost = false;

  constructor() {
    window.addEventListener('offline', () => this.note(true));
  }

  /** Put it first: then it sees a refresh that fails, too. */
  readonly link = new ApolloLink((operation, forward) =>
    forward(operation).pipe(
      tap({
        next: (result) => this.note('errors' in result && saysToWait(result.errors)),
        error: (error: unknown) => this.note(isUnanswered(error)),
      }),
    ),
  );

  readonly isLost = (): boolean => this.#isLost;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  note(isLost: boolean): void {
    if (isLost === this.#isLost) return;
    this.#isLost = isLost;
    for (const listener of this.#listeners) listener();
  }
}

/** Whether an error says no more than that the server does not answer now. It tells nothing about the tokens. */
export function isUnanswered(error: unknown): boolean {
  if (error instanceof TokenRequestError) return error.outcome === 'unavailable';
  if (CombinedGraphQLErrors.is(error)) return saysToWait(error.errors);
  return !ServerError.is(error) || error.statusCode >= 500;
}

interface AnsweredError {
  readonly extensions?: Readonly<Record<string, unknown>>;
}

function saysToWait(errors: readonly AnsweredError[] = []): boolean {
  return errors.some(({ extensions }) => extensions?.['action'] === 'WAIT');
}

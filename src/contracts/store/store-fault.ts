/** What can be wrong with a store as a whole, as `/readyz` says it. */
export type StoreProblem = 'was deleted or replaced' | 'is damaged' | 'cannot be written';

/** Something is wrong with a store as a whole. The message says what was found and what to do; it is for operators. */
export class StoreFault extends Error {
  override name = 'StoreFault';
  constructor(
    readonly problem: StoreProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Is told once when something is wrong with a store as a whole, and with null once nothing is. */
export type OnStoreFault = (fault: StoreFault | null) => void;

/** The fault behind an error, where there is one. */
export function faultIn(error: unknown): StoreFault | null {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof StoreFault ? cause : null;
}

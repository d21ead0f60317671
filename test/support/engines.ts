import * as edge from '../../src/verifier/edge.ts';
import * as node from '../../src/verifier/index.ts';

/** Options that both verifiers take. */
export type SharedOptions = node.TokenVerifierOptions & edge.EdgeVerifierOptions;

/** The two engines of verifiers: the same tokens must have the same verdicts with both. */
export const ENGINES: readonly (readonly [string, (options: SharedOptions) => node.TokenVerifier])[] = [
  ['jsonwebtoken', node.createTokenVerifier],
  ['WebCrypto', edge.createTokenVerifier],
];

/** The user of a token, or the reason why it was refused. */
export const verdictOf = (verifier: node.TokenVerifier, token: string): Promise<string> =>
  verifier.verify(token).then(
    ({ user }) => user.id,
    (error: unknown) => (error as { readonly reason?: string }).reason ?? String(error),
  );

/** What was made of a token, in all: the user and the token, or the error as a client has it. */
export const answerOf = (verifier: node.TokenVerifier, token: string): Promise<unknown> =>
  verifier.verify(token).then(
    (verified) => verified,
    (error: unknown) => {
      if (!(error instanceof node.AuthError)) throw error;
      return { message: error.message, extensions: error.extensions };
    },
  );

import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { PROOF_ALGORITHMS } from '../contracts/settings/algorithms.ts';
import type { Settings } from '../contracts/settings/settings-table.ts';

const REALM = 'realm="api"';
const DPOP = `DPoP ${REALM}`;
const ALGORITHMS = `algs="${PROOF_ALGORITHMS.join(' ')}"`;
/** RFC 9449 12.2, by the reason of an error. */
const PROOF_ERRORS: ReadonlyMap<unknown, string> = new Map([
  ['dpop_proof_required', 'invalid_dpop_proof'],
  ['dpop_proof_not_valid', 'invalid_dpop_proof'],
  ['use_dpop_nonce', 'use_dpop_nonce'],
]);

type Failure = GraphQLError | GraphQLFormattedError;

/** What `WWW-Authenticate` says to who is not authenticated (RFC 9110 11.6.1): the schemes that are accepted. */
export function challengeFor({ authHeaderTypes, dpop }: Pick<Settings, 'authHeaderTypes' | 'dpop'>): string {
  const bearer = `${authHeaderTypes[0] ?? 'Bearer'} ${REALM}`;
  return { off: bearer, optional: `${bearer}, ${DPOP}, ${ALGORITHMS}`, required: `${DPOP}, ${ALGORITHMS}` }[dpop];
}

/**
 * What an answer with these errors says about the credentials that would have helped, whatever its status; null if they would
 * not have. Where it was a proof that failed, it says that alone (RFC 9449 7.1 and 9), so that libraries read it.
 *
 * @param challenge what it says by default
 */
export function challengeOf(errors: readonly Failure[] | undefined, challenge: string): string | null {
  const refused = errors?.filter(({ extensions }) => extensions?.['code'] === 'UNAUTHENTICATED');
  if (refused === undefined || refused.length === 0) return null;
  const ofProof = refused.find(({ extensions }) => PROOF_ERRORS.has(extensions?.['reason']));
  if (ofProof === undefined) return challenge;
  // Another key, or none: there is nothing wrong with the proof.
  const isOfToken = ofProof.extensions?.['action'] === 'LOGIN';
  const error = isOfToken ? 'invalid_token' : PROOF_ERRORS.get(ofProof.extensions?.['reason']);
  return `${DPOP}, error="${error}", ${ALGORITHMS}`;
}

import type { Claims } from '../../contracts/claims.ts';
import { ProofInvalid, ProofRequired, TokenInvalid } from '../../contracts/errors.ts';
import type { Prove, ProvenKey } from '../../contracts/proof.ts';
import type { AcceptedToken, KeyBinding, SentToken } from '../tokens/token-acceptor.ts';
import { isObject } from '../tokens/token-form.ts';
import type { ProofEngine } from './check-proof.ts';

const THUMBPRINT = /^[\w-]{43}$/;

/**
 * The key that a token is bound to, by `cnf.jkt` (RFC 9449 6.1); null where it is bound to none.
 *
 * @throws TokenInvalid where the claim is none of ours
 */
function boundKeyOf({ cnf }: Claims): string | null {
  if (!isObject(cnf) || !('jkt' in cnf)) return null;
  const { jkt } = cnf;
  if (typeof jkt !== 'string' || !THUMBPRINT.test(jkt)) throw new TokenInvalid();
  return jkt;
}

/** What it needs. */
export interface BindingParts {
  readonly digest: ProofEngine['digest'];
  /** Whether tokens that are bound to no key are refused. */
  readonly isRequired: boolean;
}

/** Lets a bound token pass only from who holds its key, and one that is bound to none only as Bearer (RFC 9449 7). */
export class TokenKeyBinding implements KeyBinding {
  readonly #parts: BindingParts;

  constructor(parts: BindingParts) {
    this.#parts = parts;
  }

  /** @throws TokenInvalid, ProofRequired, ProofInvalid, and what `prove` throws */
  async expectHeld({ claims }: AcceptedToken, { text, isDpop }: SentToken, prove: Prove): Promise<void> {
    const key = boundKeyOf(claims);
    if (key === null) {
      if (isDpop) throw new TokenInvalid('Token is not bound to a key, expected it as Bearer');
      if (this.#parts.isRequired) throw new ProofRequired(false);
      return;
    }
    const proven = isDpop ? await prove() : null;
    const { tokenHash } = expectOf(key, proven);
    if (tokenHash !== (await this.#parts.digest(text))) throw new ProofInvalid('ath');
  }

  /** @throws TokenInvalid, ProofRequired, ProofInvalid, and what `prove` throws */
  async expectKey(claims: Claims, prove: Prove): Promise<void> {
    const key = boundKeyOf(claims);
    if (key !== null) expectOf(key, await prove());
    else if (this.#parts.isRequired) throw new ProofRequired(false);
  }
}

function expectOf(key: string, proven: ProvenKey | null): ProvenKey {
  if (proven === null) throw new ProofRequired();
  if (proven.thumbprint !== key) throw new ProofInvalid('key');
  return proven;
}

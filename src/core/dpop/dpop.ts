import { hash, type KeyObject } from 'node:crypto';
import type { Clock } from '../../contracts/clock.ts';
import { NonceRequired, ProofInvalid, ProofRequired } from '../../contracts/errors.ts';
import type { Prove, ProvenKey } from '../../contracts/proof.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { Store } from '../../contracts/store/store.ts';
import { removeExpiredProofs } from '../expiry.ts';
import { ProofChecker, type CheckedProof } from './check-proof.ts';
import { TokenKeyBinding } from './key-binding.ts';
import { nodeEngine } from './node-engine.ts';
import { Nonces, type KnownNonce } from './nonces.ts';

/** How old a proof may be, and how far its clock ahead, in seconds; the leeway is added to both. */
const [MAX_AGE, MAX_AHEAD] = [60, 5];
const PURGE_MS = 60_000;
/** In characters: 132 bits of a digest. */
const DIGEST_LENGTH = 22;
/** What UUIDs of version 7, ULIDs and our client begin with: the time. */
const TIME = /^[\w-]{12}/;

/** What a proof must be made for. */
export interface ProofRequest {
  /** The value of the header `DPoP`. */
  readonly proof: string;
  readonly method: string;
  /** With the path of the request; what follows it does not count. */
  readonly path: string;
  /** The header `Host`, where there is one. */
  readonly host: string | undefined;
}

/** What the room is made of. */
export interface DpopParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  /** What only servers with the same keys have. */
  readonly secret: () => KeyObject;
  readonly report: (error: unknown) => void;
}

/** Tokens that are bound to a key of their client (RFC 9449): what a request must prove, and that each proof counts once. */
export class Dpop {
  readonly #parts: DpopParts;
  readonly #checker = new ProofChecker(nodeEngine);
  readonly #nonces: Nonces | null;
  readonly #bases: readonly string[] | null;
  readonly #window: { readonly maxAge: number; readonly maxAhead: number };
  /** Asks the holder of a token for a proof. */
  readonly binding: TokenKeyBinding;
  #purgedAt = -Infinity;
  #purging: Promise<void> | null = null;
  #isClosed = false;

  constructor(parts: DpopParts) {
    const { dpop, dpopNonce, publicUrl, leeway } = parts.settings;
    this.#parts = parts;
    this.#nonces = dpopNonce ? new Nonces(parts.secret) : null;
    this.#bases = publicUrl?.map((url) => url.replace(/\/+$/, '')) ?? null;
    this.#window = { maxAge: MAX_AGE + leeway, maxAhead: MAX_AHEAD + leeway };
    this.binding = new TokenKeyBinding({ digest: nodeEngine.digest, isRequired: dpop === 'required' });
  }

  /**
   * Checks the proof of a request, and notes that it was used.
   *
   * @param offer is given a newer nonce, where the client is to have one
   * @throws ProofInvalid, NonceRequired, StoreUnavailable
   */
  async prove({ proof, method, path, host }: ProofRequest, offer: (nonce: string) => void): Promise<ProvenKey> {
    const now = this.#parts.clock();
    const checked = await this.#checker.check({
      proof,
      method,
      urls: this.#urlsOf(path, host),
      now,
      window: this.#nonces === null ? this.#window : null,
    });
    const { thumbprint, tokenHash } = checked;
    const expiresAt = this.#knownNonce(checked, now, offer)?.expiresAt ?? this.#endOf(checked);
    if (!(await this.#parts.store.proofs.add(nameOf(checked), new Date(expiresAt)))) throw new ProofInvalid('jti');
    this.#purgeSoon(now);
    return { thumbprint, tokenHash };
  }

  /**
   * Refuses a request whose proof is bad, whatever it asks for, so that none of it is done; and where every client must have a
   * key, one without a proof that is to be given tokens.
   *
   * @throws ProofRequired, ProofInvalid, NonceRequired, StoreUnavailable
   */
  async expectProof(prove: Prove, givesTokens: boolean): Promise<void> {
    const proven = await prove();
    if (proven === null && givesTokens && this.#parts.settings.dpop === 'required') throw new ProofRequired();
  }

  /** Waits for what it still does in the store. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#purging;
  }

  #knownNonce({ nonce }: CheckedProof, now: number, offer: (nonce: string) => void): KnownNonce | null {
    if (this.#nonces === null) return null;
    const current = this.#nonces.current(now);
    const known = nonce === null ? null : this.#nonces.find(nonce, now);
    if (known === null || known.isOld) offer(current);
    if (known === null) throw new NonceRequired(current);
    return known;
  }

  /** After this moment the clock refuses it. */
  readonly #endOf = ({ issuedAt }: CheckedProof): number => (issuedAt + this.#window.maxAge) * 1000;

  #urlsOf(path: string, host = ''): readonly string[] {
    const bases = this.#bases ?? [`http://${host}`, `https://${host}`];
    return bases.map((base) => base + pathOf(path));
  }

  /** There are as many proofs as requests: what is over is removed while they come in, and not once an hour. */
  #purgeSoon(now: number): void {
    if (this.#isClosed || this.#purging !== null || Math.abs(now - this.#purgedAt) < PURGE_MS) return;
    this.#purgedAt = now;
    const { store, clock, report } = this.#parts;
    this.#purging = removeExpiredProofs(store, clock)
      .catch((error: unknown) => {
        if (!this.#isClosed) report(error);
      })
      .finally(() => {
        this.#purging = null;
      });
  }
}

/** Begins as its `jti` does: names that begin with the time are stored side by side, which costs a store far less. */
function nameOf({ thumbprint, jti }: CheckedProof): string {
  const digest = hash('sha256', `${thumbprint}.${jti}`, 'base64url');
  return `${TIME.exec(jti)?.[0] ?? ''}${digest.slice(0, DIGEST_LENGTH)}`;
}

/** RFC 9112 3.2.2: a request may name its target by a whole URL. */
function pathOf(target: string): string {
  const path = target.replace(/[?#].*$/s, '');
  return /^https?:\/\//i.test(path) && URL.canParse(path) ? new URL(path).pathname : path;
}

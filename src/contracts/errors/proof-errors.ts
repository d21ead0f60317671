import { AuthError, type ErrorAction } from './auth-error.ts';

/** What a proof of a key failed at, by the names of RFC 9449 4.2; `key` is that it is of another key than the token. */
export type ProofCheck =
  | 'format'
  | 'typ'
  | 'alg'
  | 'jwk'
  | 'signature'
  | 'htm'
  | 'htu'
  | 'iat'
  | 'jti'
  | 'ath'
  | 'nonce'
  | 'key';

const EXPECTED: Readonly<Record<ProofCheck, string>> = {
  format: 'expected one signed JWT, in one header',
  typ: 'expected the typ dpop+jwt',
  alg: 'expected an asymmetric algorithm that the server accepts',
  jwk: 'expected jwk to be a public key alone, of the type and size that its alg requires',
  signature: 'its signature does not fit its jwk',
  htm: 'its htm is not the method of this request',
  htu: 'its htu is not the address of this request',
  iat: 'its iat is too old or in the future: compare the clock with serverTime',
  jti: 'it was used before, or has no jti; make a new one for each request',
  ath: 'its ath is not the SHA-256 of the token that is sent',
  nonce: 'its nonce is not from this server',
  key: 'its key is not the one that the token is bound to',
};

/** There is no proof where one is needed: the token is bound to a key (RFC 9449), or the server takes no other tokens. */
export class ProofRequired extends AuthError {
  override name = 'ProofRequired';
  readonly code = 'UNAUTHENTICATED';
  readonly reason = 'dpop_proof_required';
  /** `LOGIN` where the token is bound to no key: only another sign-in makes one that is. */
  override readonly action: ErrorAction | undefined;
  constructor(isBound = true) {
    super(
      isBound
        ? 'A DPoP proof is required. Send it in the header DPoP, and an access token as Authorization: DPoP.'
        : 'This token is not bound to a key. Sign in again with a DPoP proof.',
    );
    this.action = isBound ? undefined : 'LOGIN';
  }
}

/** A proof that proves nothing here. `check` says at what it failed. */
export class ProofInvalid extends AuthError {
  override name = 'ProofInvalid';
  readonly code = 'UNAUTHENTICATED';
  readonly reason = 'dpop_proof_not_valid';
  /** Of another key: who has lost theirs signs in again. */
  override readonly action: ErrorAction | undefined;
  /** `now`: by the clock of the server, in milliseconds; told where the clock of the client may be wrong. */
  constructor(
    readonly check: ProofCheck,
    private readonly now?: number,
    options?: ErrorOptions,
  ) {
    super(`The DPoP proof is not valid: ${EXPECTED[check]}.`, options);
    this.action = check === 'key' ? 'LOGIN' : undefined;
  }
  override get extensions(): Record<string, unknown> {
    const time = this.now === undefined ? {} : { serverTime: new Date(this.now).toISOString() };
    return { ...super.extensions, check: this.check, ...time };
  }
}

/** The proof lacks a nonce of the server, or has an old one: the same request with a proof that has this one is answered. */
export class NonceRequired extends AuthError {
  override name = 'NonceRequired';
  readonly code = 'UNAUTHENTICATED';
  readonly reason = 'use_dpop_nonce';
  constructor(readonly nonce: string) {
    super('The DPoP proof needs a nonce from this server. Make a new proof with the nonce in the header DPoP-Nonce.');
  }
  override get extensions(): Record<string, unknown> {
    return { ...super.extensions, nonce: this.nonce };
  }
}

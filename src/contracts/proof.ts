/** A key that somebody has proved to hold (RFC 9449), once for a whole request. */
export interface ProvenKey {
  /** SHA-256 of its JWK (RFC 7638), in base64url: what `cnf.jkt` of its tokens says. */
  readonly thumbprint: string;
  /** `ath`: SHA-256 in base64url of the access token that the proof was made for; null where it was made for none. */
  readonly tokenHash: string | null;
}

/**
 * The key that a request proves to hold; null where it has no proof. In our server every call of one request has the same answer.
 *
 * @throws ProofInvalid, NonceRequired, StoreUnavailable
 */
export type Prove = () => Promise<ProvenKey | null>;

/** Proofs of possession that were used (RFC 9449 11.1): where `JWT_DPOP` is on, every request of a bound session adds one. */
export interface ProofStore {
  /**
   * Notes that a proof was used, until it is worth nothing. Of any number of concurrent calls with one `name`, over any number of
   * processes, exactly one resolves true. A power loss may take the notes of its last moment.
   */
  add(name: string, expiresAt: Date): Promise<boolean>;
  /** Removes records whose `expiresAt` is not after the given time, as sessions are. Resolves to how many. */
  deleteExpired(at: Date): Promise<number>;
}

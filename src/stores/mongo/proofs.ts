import type { ProofStore } from '../../contracts/store/store.ts';
import { inserted } from './errors.ts';
import { removeExpired } from './expired.ts';
import type { Models } from './models.ts';

export function mongoProofs(proofs: Models['proofs']): ProofStore {
  return {
    add: (name, expiresAt) => inserted(() => proofs.insertOne({ _id: name, expiresAt })),
    deleteExpired: (at) => removeExpired(proofs, at),
  };
}

import { createPublicKey } from 'node:crypto';
import type { Algorithm } from '../../contracts/settings/algorithms.ts';
import { misfitOf } from './key-material.ts';
import type { Jwk } from './key-set.ts';
import { RemoteKeySet, type RemoteKeyParts } from './remote-key-set.ts';
import type { TokenKey } from './token-key.ts';

interface NamedKey extends TokenKey {
  readonly kid: string | undefined;
}

/** The public keys of a JWK set at a URL, for `jsonwebtoken`. */
export class RemoteKeys extends RemoteKeySet<NamedKey> {
  constructor(parts: RemoteKeyParts & { readonly algorithms: readonly Algorithm[] }) {
    super({ ...parts, read: (jwk) => keyOf(jwk, parts.algorithms) });
  }
}

/** Null for a key that is of another kind or too weak. */
function keyOf({ kid, alg, use = 'sig', ...jwk }: Jwk, algorithms: readonly Algorithm[]): NamedKey | null {
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const suits = (algorithm: Algorithm) =>
      (alg === undefined || alg === algorithm) && misfitOf(key, algorithm) === null;
    const algorithm = use === 'sig' ? algorithms.find(suits) : undefined;
    return algorithm === undefined ? null : { kid, key, algorithm };
  } catch {
    return null;
  }
}

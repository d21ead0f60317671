import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const [KEY_BYTES, NONCE_BYTES, TAG_BYTES] = [32, 12, 16];

/**
 * Encrypts small texts so that they can be read with these secrets alone, for the purpose they were made for: AES-256-GCM, with a key
 * derived from each secret (RFC 5869).
 */
export class SealedTexts {
  readonly #keys: readonly KeyObject[];

  /** `secrets`: the first one seals, each of them opens. */
  constructor(secrets: readonly string[]) {
    const keyOf = (secret: string) =>
      createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'graphql-simplejwt second factors', KEY_BYTES)));
    this.#keys = secrets.map(keyOf);
  }

  /** `purpose`: what the text is for, and whose. It opens with the same one alone. */
  seal(text: string, purpose: string): string {
    const [key] = this.#keys;
    if (key === undefined) throw new Error('there is no secret to seal with');
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(purpose));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** Null if it was not sealed for this purpose with one of the secrets. `isStale`: not with the first. */
  open(sealed: string, purpose: string): { readonly text: string; readonly isStale: boolean } | null {
    const bytes = Buffer.from(sealed, 'base64url');
    // Another spelling of the same bytes is another text.
    if (bytes.toString('base64url') !== sealed) return null;
    for (const [index, key] of this.#keys.entries()) {
      const text = opened(bytes, key, purpose);
      if (text !== null) return { text, isStale: index > 0 };
    }
    return null;
  }
}

function opened(bytes: Buffer, key: KeyObject, purpose: string): string | null {
  const [nonce, tag] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)];
  try {
    // A tag that was cut, which is soon guessed, is refused.
    const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(purpose)).setAuthTag(tag);
    return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null; // by another key, for another purpose, or changed
  }
}

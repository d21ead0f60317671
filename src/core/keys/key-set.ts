export const FETCH_TIMEOUT_MS = 3000;
/** Far more than a set of keys needs. */
const MAX_BYTES = 1_000_000;

/** A member of a JWK set, which may be anything. */
export interface Jwk {
  readonly kty?: string;
  readonly crv?: string;
  readonly n?: string;
  readonly e?: string;
  readonly x?: string;
  readonly y?: string;
  readonly k?: string;
  readonly kid?: string;
  readonly alg?: string;
  readonly use?: string;
}

/**
 * Fetches a JWK set (RFC 7517 5). It follows no redirection: the URL that was set is the one that is trusted.
 *
 * @throws Error of `fetch`, or one that says what was answered instead of a set
 */
export async function fetchKeySet(url: string): Promise<readonly Jwk[]> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'manual', // its answer is not ok; Workers do not have 'error'
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new TypeError(`the answer is ${response.status}, expected 200`);
  }
  const keys = keysIn(await textOf(response));
  if (!Array.isArray(keys)) throw new TypeError('the answer is no JWK set');
  return keys.filter((key): key is Jwk => typeof key === 'object' && key !== null);
}

function keysIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { readonly keys?: unknown } | null)?.keys;
  } catch {
    return null;
  }
}

async function textOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new RangeError(`the answer is longer than ${MAX_BYTES} bytes`); // which also ends the download
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** The headers of a request, as Express, Fastify, Apollo's standalone server and plain Node.js have them. */
export type RequestHeaders = Readonly<Record<string, unknown>>;

/**
 * The value of a header; `name` in lower case. A list of values is joined, so that of two credentials none is chosen: what
 * reads the header refuses them together. Undefined where there is no header, or it holds anything but strings.
 */
export function headerOf(headers: RequestHeaders, name: string): string | undefined {
  const value = headers[name];
  if (typeof value === 'string') return value;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const values: readonly unknown[] = value;
  return values.every((part) => typeof part === 'string') ? values.join(' ') : undefined;
}

/** Of a user agent, so much is kept. */
export const MAX_USER_AGENT_LENGTH = 256;

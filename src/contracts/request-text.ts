import { InvalidInput } from './errors.ts';

/**
 * The headers of a request: an object, as Express, Fastify, Apollo's standalone server, plain Node.js and the events of AWS Lambda
 * have it, or `Headers` of the Fetch API.
 */
export type RequestHeaders = WebHeaders | Readonly<Record<string, unknown>>;

/** As much of `Headers` as is used here. */
interface WebHeaders {
  get(name: string): string | null;
}

/** Whether these are `Headers`. No header that was sent is a function. */
export const areWebHeaders = (headers: RequestHeaders): headers is WebHeaders => typeof headers.get === 'function';

/**
 * The value of a header; `name` in lower case, the object's names in any. A list of values is joined, so that of two credentials none is chosen: what
 * reads the header refuses them together. Undefined where there is no header, or it holds anything but strings.
 */
export function headerOf(headers: RequestHeaders, name: string): string | undefined {
  const value = areWebHeaders(headers) ? headers.get(name) : (headers[name] ?? valuesInOtherCase(headers, name));
  if (typeof value === 'string') return value;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const values: readonly unknown[] = value;
  return values.every((part) => typeof part === 'string') ? values.join(' ') : undefined;
}

/** Node.js has all names in lower case; Lambda's gateways and `connection_init` have them as they were sent. */
function valuesInOtherCase(headers: Readonly<Record<string, unknown>>, name: string): readonly unknown[] {
  const spelled = Object.keys(headers).filter((given) => given.toLowerCase() === name);
  return spelled.flatMap((given) => headers[given]);
}

const WHITE_SPACE = /\p{White_Space}/u;
/** What Python's `str.strip()` takes for white space, and so Django REST framework: Unicode's, and four separators. */
const isWhiteSpace = (character: string) =>
  WHITE_SPACE.test(character) || (character >= '\u001c' && character <= '\u001f');

/** A text without white space around it. Its work grows with the text, and not with its square as that of a pattern would. */
export function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isWhiteSpace(text.charAt(start))) start += 1;
  while (end > start && isWhiteSpace(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/**
 * An argument as Django REST framework reads it: without white space around it, such as the end of a line that was copied
 * along.
 *
 * @throws InvalidInput if nothing is left
 */
export function givenText(field: string, text: string): string {
  const given = trimmed(text);
  if (given === '') throw new InvalidInput(field, 'This field may not be blank.');
  return given;
}

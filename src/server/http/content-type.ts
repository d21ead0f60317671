import type { FastifyError } from 'fastify';

/** Longer than any there is; a long one would take long to read. */
const MAX_LENGTH = 256;
const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const QUOTED = '"(?:[\\t !\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"';
/** RFC 9110 8.3.1 and 5.6.6. */
const CONTENT_TYPE = new RegExp(`^${TOKEN}/${TOKEN}(?:[ \\t]*;[ \\t]*(?:${TOKEN}=(?:${TOKEN}|${QUOTED}))?)*[ \\t]*$`);
const PARAMETER = new RegExp(`;[ \\t]*(${TOKEN})=(${TOKEN}|${QUOTED})`, 'g');
const UTF_8 = /^utf-?8$/i;

/** Whether a `Content-Type` is well formed, and names UTF-8 (RFC 3629) wherever it names a charset: all bodies are read as that. */
export function isUtf8(contentType: string): boolean {
  if (contentType.length > MAX_LENGTH || !CONTENT_TYPE.test(contentType)) return false;
  return Array.from(contentType.matchAll(PARAMETER)).every(
    ([, name = '', value = '']) => name.toLowerCase() !== 'charset' || UTF_8.test(unquoted(value)),
  );
}

/** The value of a parameter of a header such as `Content-Type`, without quotes; undefined where there is none. */
export function parameterOf(header: string, wanted: string): string | undefined {
  const [, , value] = Array.from(header.matchAll(PARAMETER)).find(([, name]) => name?.toLowerCase() === wanted) ?? [];
  return value && unquoted(value);
}

const unquoted = (value: string): string =>
  value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : value;

/** A body that is read as UTF-8 whatever it says would be another text than the one that was sent. */
export class OtherCharset extends Error {
  override name = 'OtherCharset';
  readonly statusCode = 415;
  constructor() {
    super('The Content-Type is not well formed or names another charset. Expected a body in UTF-8');
  }
}

const OTHER_BODY = /^FST_ERR_CTP_(INVALID_MEDIA_TYPE|\w+_JSON_BODY)$/;

/** Why Fastify refuses a request to the API; of a body that it cannot read, also what it expects. `curl -d` by itself sends a form. */
export const messageOf = ({ code, message }: FastifyError): string =>
  OTHER_BODY.test(code)
    ? `${message}. Expected a JSON object with \`query\`, and the Content-Type application/json.`
    : message;

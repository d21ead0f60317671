import { parameterOf } from '../content-type.ts';

/** What stands for a file: no field takes one. */
const FILE: unique symbol = Symbol('file');
const HEADERS_END = '\r\n\r\n';
/** What may follow a boundary on its line (RFC 2046 5.1.1). */
const LINE_END = /^[ \t]*\r\n/;

/**
 * The fields of a `multipart/form-data` body (RFC 7578), in order; null where its type names no boundary. As lenient as Django: names
 * without quotes (.NET), text before the first part and after the last, and a last boundary that is missing. Node.js itself refuses
 * those; `@fastify/busboy` never ends where a part without headers is longer than its buffer.
 */
export function multipartIn(contentType: string, body: Uint8Array): readonly (readonly [string, unknown])[] | null {
  const boundary = parameterOf(contentType, 'boundary');
  if (!boundary) return null;
  // One character for each byte, so that what a part holds can be decoded by itself.
  const text = `\r\n${Buffer.from(body).toString('latin1')}`;
  const [, ...parts] = text.split(`\r\n--${boundary}`);
  const end = parts.findIndex((part) => part.startsWith('--'));
  return (end === -1 ? parts : parts.slice(0, end)).flatMap((part) => fieldIn(part) ?? []);
}

function fieldIn(part: string): readonly [readonly [string, unknown]] | null {
  const headersEnd = part.indexOf(HEADERS_END);
  if (headersEnd === -1 || !LINE_END.test(part)) return null;
  const headers = part.slice(0, headersEnd).split('\r\n');
  const disposition = headerIn(headers, 'content-disposition');
  const name = parameterOf(disposition, 'name');
  if (name === undefined) return null;
  if (parameterOf(disposition, 'filename') !== undefined) return [[decoded(name), FILE]];
  const value = part.slice(headersEnd + HEADERS_END.length);
  const isBase64 = headerIn(headers, 'content-transfer-encoding').trim().toLowerCase() === 'base64';
  return [[decoded(name), isBase64 ? Buffer.from(value, 'base64').toString() : decoded(value)]];
}

function headerIn(headers: readonly string[], name: string): string {
  const header = headers.find((line) => line.toLowerCase().startsWith(`${name}:`));
  return header?.slice(name.length + 1) ?? '';
}

/** The text of bytes in UTF-8. */
const decoded = (bytes: string): string => Buffer.from(bytes, 'latin1').toString();

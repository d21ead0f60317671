import { trimmed } from '../../../contracts/request-text.ts';
import { isUtf8 } from '../content-type.ts';
import type { FieldName } from './addresses.ts';
import { multipartIn } from './multipart.ts';
import { Refusal, refusal } from './refusal.ts';

/** What `OPTIONS` says that a body may be. */
export const PARSES = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'] as const;

/**
 * The fields of a body in JSON or of a form.
 *
 * @throws Refusal for another type, another charset than UTF-8, and text that cannot be read
 */
export function formIn(contentType: string | undefined, body: Uint8Array): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  const type = mediaTypeOf(contentType);
  if (type === 'application/json') return jsonIn(body);
  if (type === 'application/x-www-form-urlencoded')
    return Object.fromEntries(new URLSearchParams(Buffer.from(body).toString()));
  const fields = multipartIn(contentType ?? '', body);
  if (fields === null) throw refusal(400, 'Multipart form parse error - Invalid boundary in multipart: None');
  return Object.fromEntries(fields);
}

/** In lower case, without parameters. */
function mediaTypeOf(contentType = ''): string {
  const type = contentType.replace(/;.*$/s, '').trim().toLowerCase();
  if (PARSES.some((known) => known === type) && isUtf8(contentType)) return type;
  throw refusal(415, `Unsupported media type "${contentType.slice(0, 100)}" in request.`);
}

function jsonIn(body: Uint8Array): Readonly<Record<string, unknown>> {
  const data = parsed(body);
  if (data === null) throw new Refusal(400, { non_field_errors: ['No data provided'] });
  if (typeof data === 'object' && !Array.isArray(data)) return data as Readonly<Record<string, unknown>>;
  const message = `Invalid data. Expected a dictionary, but got ${pythonTypeOf(data)}.`;
  throw new Refusal(400, { non_field_errors: [message] });
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    throw refusal(400, 'JSON parse error - Expected one JSON object in UTF-8.');
  }
}

/** What Django REST framework calls the type of a value. */
function pythonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return typeof value === 'string' ? 'str' : 'bool';
}

/**
 * The values of the fields that an address wants, trimmed as Django REST framework does it.
 *
 * @throws Refusal with an error for each field that is wrong
 */
export function valuesOf<Name extends FieldName>(
  fields: readonly Name[],
  form: Readonly<Record<string, unknown>>,
): Record<Name, string> {
  const errors: Partial<Record<Name, readonly string[]>> = {};
  const values: Partial<Record<Name, string>> = {};
  for (const name of fields) {
    const given = Object.hasOwn(form, name) ? form[name] : undefined;
    const text = typeof given === 'number' ? String(given) : given;
    const value = typeof text === 'string' ? trimmed(text) : undefined;
    const problem = problemOf(given, value);
    if (problem === null) values[name] = value ?? '';
    else errors[name] = [problem];
  }
  if (Object.keys(errors).length > 0) throw new Refusal(400, errors);
  return values as Record<Name, string>;
}

/** What Django REST framework's `CharField` says of a value; null if nothing. */
function problemOf(given: unknown, value: string | undefined): string | null {
  if (given === undefined) return 'This field is required.';
  if (given === null) return 'This field may not be null.';
  if (value === undefined) return 'Not a valid string.';
  if (value === '') return 'This field may not be blank.';
  if (value.includes('\0')) return 'Null characters are not allowed.';
  const [surrogate] = value.match(/\p{Surrogate}/u) ?? [];
  if (surrogate === undefined) return null;
  return `Surrogate characters are not allowed: U+${surrogate.charCodeAt(0).toString(16).toUpperCase()}.`;
}

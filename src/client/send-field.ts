import { notGraphQL, send, type TokenApiOptions, type TypedOperation } from './token-api.ts';

/**
 * Sends an operation that asks for one field, and resolves to what the field answers.
 *
 * @throws TokenRequestError, also where the answer has no such field
 */
export async function sendField<Data extends object, Variables>(
  options: TokenApiOptions,
  document: TypedOperation<Data, Variables>,
  variables: Variables,
): Promise<Data[keyof Data]> {
  const [value] = Object.values(await send(options, document, variables)) as (Data[keyof Data] | undefined)[];
  if (value === undefined || value === null) throw notGraphQL(options.url, 'no data');
  return value;
}

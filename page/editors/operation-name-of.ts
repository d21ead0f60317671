import type { FetcherParams } from '@graphiql/toolkit';
import { Kind, parse } from 'graphql';

/**
 * The operation that is meant. GraphiQL reads the name a moment after the text: whoever is quick would ask for the
 * operation of the tab before.
 */
export function operationNameOf({ query, operationName }: FetcherParams): string | null {
  const names = namesIn(query);
  const [only = null] = names.length === 1 ? names : [operationName];
  return only;
}

function namesIn(query: string): readonly (string | undefined)[] {
  try {
    const { definitions } = parse(query, { noLocation: true });
    return definitions.flatMap((each) => (each.kind === Kind.OPERATION_DEFINITION ? [each.name?.value] : []));
  } catch {
    return []; // the server says what is wrong with it
  }
}

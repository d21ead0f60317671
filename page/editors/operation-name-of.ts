import type { FetcherParams } from '@graphiql/toolkit';
import { Kind, parse } from 'graphql';

/**
 * The name of the operation to run. GraphiQL updates the name a moment after the text, so right after a change of tabs it
 * is still the name of the tab before.
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

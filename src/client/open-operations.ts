import { OPEN_FIELDS } from './generated/open-fields.ts';

/** A parsed document, as far as it is looked at: `DocumentNode` of graphql-js, and those of other parsers. */
export interface OperationDocument {
  readonly definitions: readonly {
    readonly kind: string;
    readonly name?: { readonly value: string } | undefined;
    readonly selectionSet?: { readonly selections: readonly Selection[] };
  }[];
}

interface Selection {
  readonly kind: string;
  readonly name?: { readonly value: string };
}

/** Whether an operation asks for nothing but fields that need no access token: send it as it is, and do not repeat it. */
export function isOpenOperation({ definitions }: OperationDocument, operationName?: string): boolean {
  const operations = definitions.filter(({ kind }) => kind === 'OperationDefinition');
  const operation = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
  const fields = operation?.selectionSet?.selections ?? [];
  return fields.every(({ kind, name }) => kind === 'Field' && OPEN_FIELDS.has(name?.value ?? ''));
}

import { OPEN_FIELDS } from './generated/open-fields.ts';

/** A parsed document, as far as it is looked at: `DocumentNode` of graphql-js, and those of other parsers. */
export interface OperationDocument {
  readonly definitions: readonly {
    readonly kind: string;
    readonly name?: Name | undefined;
    readonly selectionSet?: SelectionSet;
  }[];
}

interface Name {
  readonly value: string;
}

interface SelectionSet {
  readonly selections: readonly Selection[];
}

/** A field, a fragment that is spread, or one that is inline. */
interface Selection {
  readonly kind: string;
  readonly name?: Name;
  readonly alias?: Name | undefined;
  readonly selectionSet?: SelectionSet | undefined;
}

/**
 * Whether an operation asks for nothing but fields that need no access token: send it as it is, and do not repeat it.
 *
 * @param ownFields the names of further such fields at the root, for a login of your own
 *
 * @example
 * ```ts
 * import { isOpenOperation } from 'graphql-simplejwt/client';
 * import { parse } from 'graphql';
 *
 * isOpenOperation(parse('mutation { loginWithCode(code: "123456") { access } }'), undefined, ['loginWithCode']); // true
 * ```
 */
export function isOpenOperation(
  document: OperationDocument,
  operationName?: string,
  ownFields?: readonly string[],
): boolean {
  return rootFields(document, operationName).every((field) => isOpenField(field, ownFields));
}

/** Whether a field at the root looks at no token. */
export const isOpenField = ({ kind, name }: Selection, ownFields: readonly string[] = []): boolean =>
  kind === 'Field' && ['__typename', ...OPEN_FIELDS, ...ownFields].includes(name?.value ?? '');

/**
 * The fields that an operation asks for at its root, in the order in which they run, through all fragments. Of a fragment
 * that is missing, what spreads it.
 */
export function rootFields({ definitions }: OperationDocument, operationName?: string): readonly Selection[] {
  const operations = definitions.filter(({ kind }) => kind === 'OperationDefinition');
  const operation = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
  const spread: unknown[] = []; // each once: a circle is the server's to refuse
  const fieldsOf = (set?: SelectionSet): readonly Selection[] =>
    (set?.selections ?? []).flatMap((selection) => {
      const { kind, name, selectionSet } = selection;
      if (kind === 'InlineFragment') return fieldsOf(selectionSet);
      const fragment = definitions.find((part) => !operations.includes(part) && part.name?.value === name?.value);
      if (kind === 'Field' || fragment === undefined) return [selection];
      if (spread.includes(fragment)) return [];
      spread.push(fragment);
      return fieldsOf(fragment.selectionSet);
    });
  return fieldsOf(operation?.selectionSet);
}

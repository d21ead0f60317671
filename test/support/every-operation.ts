import { getNamedType, isLeafType, isNonNullType, type GraphQLField } from 'graphql';
import { natureOf, type OperationNature } from '../../src/graphql/operation.ts';
import { ALL_OPTIONS, buildAuthSchema } from '../../src/graphql/optional.ts';

const schema = await buildAuthSchema(ALL_OPTIONS);

/** Every query and mutation, with what it declares about itself. */
export const OPERATIONS = (['query', 'mutation'] as const).flatMap((kind) => {
  const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
  return Object.values(root?.getFields() ?? {}).map((field) => ({ kind, field, nature: natureOf(root, field.name) }));
});

/** The names of those that are open, guarded or for admins. */
export const namesOf = (access: OperationNature['access']): readonly string[] =>
  OPERATIONS.flatMap(({ field, nature }) => (nature?.access === access ? [field.name] : []));

/** Arguments that may be left out, but without which nothing is asked for. */
const MORE: Readonly<Record<string, string>> = { userUpdate: 'isAdmin: true' };

/** A document that asks for one operation, with an id or a text wherever one is required. */
export function documentOf(name: string, id: string): string {
  const operation = OPERATIONS.find(({ field }) => field.name === name);
  if (!operation) throw new Error(`There is no ${name}.`);
  const { kind, field } = operation;
  const required = field.args.filter(({ type }) => isNonNullType(type));
  const given = required.map((arg) => `${arg.name}: ${getNamedType(arg.type).name === 'ID' ? `"${id}"` : '"x"'}`);
  const args = [...given, ...(MORE[name] === undefined ? [] : [MORE[name]])];
  return `${kind} { ${name}${args.length > 0 ? `(${args.join(', ')})` : ''}${selectionOf(field)} }`;
}

const selectionOf = ({ type }: GraphQLField<unknown, unknown>) =>
  isLeafType(getNamedType(type)) ? '' : ' { __typename }';

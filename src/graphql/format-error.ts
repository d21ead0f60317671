import { Kind, print, type GraphQLFormattedError } from 'graphql';
import { authErrorIn } from '../contracts/errors.ts';
import { isGraphQLError } from './to-graphql-error.ts';

const MASKED = 'Internal server error';

/**
 * Makes an Apollo Server's `formatError`: our errors and GraphQL's own pass as they are, without a stack; everything
 * else is masked, in development too. `report` is given what a client must not see.
 */
export function createFormatError(
  report: (error: unknown) => void,
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (given, error) => {
    const original = thrownIn(error);
    const formatted = shownTo(given, original);
    const refusal = authErrorIn(original);
    if (refusal !== null) {
      if (refusal.code === 'SERVICE_UNAVAILABLE') report(refusal);
      return formatted;
    }
    if (isGraphQLError(original) && formatted.extensions?.['code'] !== 'INTERNAL_SERVER_ERROR') return formatted;
    report(original);
    const { locations, path } = formatted;
    return {
      message: MASKED,
      ...(locations && { locations }),
      ...(path && { path }),
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    };
  };
}

/** What a resolver threw; an error of the document itself has no path. */
const thrownIn = (error: unknown): unknown =>
  isGraphQLError(error) && error.path !== undefined && error.originalError ? error.originalError : error;

/** Where graphql-js quotes a value that it was given, which may be a password: nothing after it is kept. */
const QUOTED_VALUES: readonly (readonly [RegExp, string])[] = [
  [/^(Variable "\$\w+") got invalid value .*/s, '$1 got an invalid value.'],
  [/^((?:Enum )?"?\w+"? cannot represent[^:]*):? .*/s, '$1.'],
  [/^(Expected value of type "[^"]*"), found .*/s, '$1, found another.'],
  [/^Value ".*/s, 'A value does not exist in its enum.'],
  [/^(Syntax Error: .*(?:Unexpected|found) (?:BlockString|Float|Int|String)) ".*/s, '$1.'],
  [/^(Syntax Error: Expected .*, found Name) ".*/s, '$1.'],
  [/^(Syntax Error: Invalid (?:\w+ escape sequence|number, (?:un)?expected digit)).*/s, '$1.'],
];

/** An error without the stack that Apollo Server adds in development, and without the values that a client sent. */
function shownTo({ message, extensions, ...rest }: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { stacktrace: _stack, ...kept } = extensions ?? {};
  const words = QUOTED_VALUES.reduce((text, [pattern, mended]) => text.replace(pattern, mended), message);
  return { message: `${words}${expectedOf(error, words)}`, ...rest, ...(extensions && { extensions: kept }) };
}

/** What a variable of the wrong kind should have been. */
function expectedOf(error: unknown, words: string): string {
  const [node] = (isGraphQLError(error) && error.nodes) || [];
  const isAboutVariable = node?.kind === Kind.VARIABLE_DEFINITION && words.endsWith('got an invalid value.');
  return isAboutVariable ? ` Expected a value of type "${print(node.type)}".` : '';
}

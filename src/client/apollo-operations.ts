import type { ApolloLink } from '@apollo/client';
import { OperationTypeNode } from 'graphql';
import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';
import { isOpenField, rootFields } from './open-operations.ts';

const UNAUTHENTICATED = 'UNAUTHENTICATED';
const TYPENAME = '__typename';

/** An error in an answer; what is in it is not checked yet. */
interface AnsweredError {
  readonly path?: readonly (string | number)[] | null;
  readonly extensions?: Readonly<Record<string, unknown>> | null;
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly AnsweredError[];
}

/** Whether an answer says that the token that was sent is not, or no longer, good, and the operation may be sent again. */
export function isRefusedResult(operation: ApolloLink.Operation, result: ApolloLink.Result | Answer): boolean {
  const { data, errors = [] } = result as Answer;
  if (!errors.some(isUnauthenticated)) return false;
  return operation.operationType !== OperationTypeNode.MUTATION || hasNotRun(operation, data, errors);
}

/** The same of what a link throws: HTTP 401, or the error that ends a subscription. */
export function isRefusedError(operation: ApolloLink.Operation, error: unknown): boolean {
  if (CombinedGraphQLErrors.is(error)) return isRefusedResult(operation, { errors: error.errors });
  if (!ServerError.is(error) || error.statusCode !== 401) return false;
  if (operation.operationType !== OperationTypeNode.MUTATION) return true;
  // 401 says that the request has not been applied (RFC 9110 15.5.2). A GraphQL answer says more: it may have run in part.
  const answer = parsed(error.bodyText);
  return !('data' in answer || 'errors' in answer) || isRefusedResult(operation, answer);
}

/**
 * Whether nothing of a mutation can have run. All its errors are ours, and say that the token was refused; and
 * - they have no path, and there is no `data`: the request was refused before its execution (GraphQL 7.1.2); or
 * - each has the path of a field at the root, so it is of the guard in front of that field's resolver; and each field of the
 *   operation has one. Fields of a mutation run one after the other (GraphQL 6.2.2): where `data` is null because the
 *   first was refused, the others did not run.
 */
function hasNotRun(operation: ApolloLink.Operation, data: unknown, errors: readonly AnsweredError[]): boolean {
  if (!errors.every(isOurs)) return false;
  if (errors.every(({ path }) => !path)) return data === undefined;
  if (errors.some(({ path }) => path?.length !== 1)) return false;
  // Apollo Client adds `__typename` to fragments; it runs nothing.
  const ran = Object.entries(data ?? {}).filter(([key, value]) => value !== null && key !== TYPENAME);
  if (ran.length > 0) return false;
  const asked = rootFields(operation.query, operation.operationName);
  const fields = asked.filter(({ name }) => name?.value !== TYPENAME);
  const isRefused = ({ alias, name }: (typeof fields)[number]) =>
    errors.some(({ path }) => path?.[0] === (alias ?? name)?.value);
  const first = fields.slice(0, 1);
  const refused = data === null && first.every(isRefused) ? first : fields;
  return refused.every((field) => !isOpenField(field) && isRefused(field));
}

/** The error of a server or verifier of this package about the token that was sent; not about a password. */
function isOurs(error: AnsweredError): boolean {
  const { code, reason, action } = error.extensions ?? {};
  const isAboutToken = typeof reason === 'string' && reason !== 'no_active_account';
  return code === UNAUTHENTICATED && isAboutToken && (action === 'REFRESH' || action === 'LOGIN');
}

const isUnauthenticated = ({ extensions }: AnsweredError): boolean => extensions?.['code'] === UNAUTHENTICATED;

function parsed(text: string): Answer {
  try {
    return Object(JSON.parse(text)) as Answer;
  } catch {
    return {};
  }
}

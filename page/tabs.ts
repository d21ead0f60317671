import type {
  RefreshMutationVariables,
  SignInMutationVariables,
  SignOutMutationVariables,
  VerifyMutationVariables,
} from './generated/operations.ts';
import signIn from './operations/1-sign-in.graphql?raw';
import hello from './operations/2-hello.graphql?raw';
import refresh from './operations/3-refresh.graphql?raw';
import verify from './operations/4-verify.graphql?raw';
import signOut from './operations/6-sign-out.graphql?raw';
import sessionEvents from './operations/5-session-events.graphql?raw';

const textOf = (variables: object): string => JSON.stringify(variables, null, 2);

/** What GraphiQL opens with: the life of a token, step by step. `TokenFiller` fills in what is empty here. */
export const tabs = [
  { query: signIn, variables: textOf({ username: 'demo', password: '' } satisfies SignInMutationVariables) },
  { query: hello },
  { query: refresh, variables: textOf({ refresh: '' } satisfies RefreshMutationVariables) },
  { query: verify, variables: textOf({ token: '' } satisfies VerifyMutationVariables) },
  { query: sessionEvents },
  { query: signOut, variables: textOf({ refresh: '' } satisfies SignOutMutationVariables) },
];

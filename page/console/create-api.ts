import type { TokenStore } from '../../src/client/index.ts';
import type { TypedDocumentString } from '../generated/console-operations.ts';

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** Sends an operation with the access token. @throws Error whose message can be shown */
export type Api = <Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
) => Promise<Data>;

export function createApi(tokens: TokenStore): Api {
  return async (document, variables) => {
    const access = await tokens.accessToken();
    const body = JSON.stringify({ query: document.toString(), variables });
    const answer = await post<ResultOf<typeof document>>(body, tokens.headers(access));
    if (access === null || answer.errors?.[0]?.extensions?.code !== 'UNAUTHENTICATED') return dataOf(answer);
    const fresh = await tokens.refresh(access);
    return dataOf(fresh === null ? answer : await post<ResultOf<typeof document>>(body, tokens.headers(fresh)));
  };
}

type ResultOf<Document> = Document extends TypedDocumentString<infer Data, infer _Variables> ? Data : never;

async function post<Data>(body: string, headers: Record<string, string>): Promise<Answer<Data>> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body,
  }).catch((cause: unknown) => {
    throw new Error('The server cannot be reached. Try again when you are online.', { cause });
  });
  return (await response.json()) as Answer<Data>;
}

function dataOf<Data>({ data, errors }: Answer<Data>): Data {
  if (errors?.[0]) throw new Error(errors[0].message);
  if (data == null) throw new Error('The server gave no answer. Expected data: try again.');
  return data;
}

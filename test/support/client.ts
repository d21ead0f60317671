import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { TokenObtainPairDocument } from '../generated/operations.ts';
import type { PlainRequest } from './plain-fetch.ts';

/** One error of an answer. */
interface AnsweredError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** An answer over HTTP. */
export interface Answer<Data> {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Data | null;
  readonly errors: readonly AnsweredError[];
}

export interface SendOptions {
  /** Sent as `Authorization: Bearer <token>`. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A GraphQL client of the simplest kind: one POST, one answer. */
export class Client {
  /** @param ask what sends a request; default: `fetch` */
  constructor(
    readonly url: string,
    readonly ask: (url: string, request: PlainRequest) => Promise<Response> = fetch,
  ) {}

  /** Sends an operation of `operations.graphql`. */
  send<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    options: SendOptions = {},
  ): Promise<Answer<Data>> {
    return this.sendRaw<Data>({ query: print(document), variables }, options);
  }

  /** Sends any body. */
  async sendRaw<Data = Readonly<Record<string, unknown>>>(
    body: unknown,
    { token, headers }: SendOptions = {},
  ): Promise<Answer<Data>> {
    const response = await this.ask(this.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const { data = null, errors = [] } = (await response.json()) as Partial<Answer<Data>>;
    return { status: response.status, headers: response.headers, data, errors };
  }

  /** Sends an operation that must succeed. */
  async expect<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    options: SendOptions = {},
  ): Promise<Data> {
    const { data, errors } = await this.send(document, variables, options);
    if (data === null || errors.length > 0) throw new Error(`unexpected answer: ${JSON.stringify(errors)}`);
    return data;
  }

  /** Signs in as a program does: both tokens are in the answer. */
  async signIn(username: string, password: string): Promise<{ access: string; refresh: string }> {
    const { tokenObtainPair } = await this.expect(TokenObtainPairDocument, { username, password });
    const { access, refresh } = tokenObtainPair;
    if (refresh === null) throw new Error('the answer holds no refresh token');
    return { access, refresh };
  }
}

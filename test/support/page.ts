import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import type { Answer, SendOptions } from './client.ts';

/** The cookie of cookie mode. */
export const COOKIE = '__Host-simplejwt-refresh';

/** A page in a browser: its requests name its origin, and bring along the cookie that it cannot read itself. */
export class Page {
  /** What is in the cookie; null if there is none. */
  token: string | null = null;
  readonly #url: string;
  readonly #origin: string;

  constructor(url: string, origin = new URL(url).origin) {
    this.#url = url;
    this.#origin = origin;
  }

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
    const answer = await post<Data>(this.#url, JSON.stringify(body), {
      'content-type': 'application/json',
      origin: this.#origin,
      ...(this.token !== null && { cookie: `${COOKIE}=${this.token}` }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    });
    for (const line of cookiesOf(answer)) this.#keep(line);
    return answer;
  }

  #keep(line: string): void {
    const [, name, value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (name === COOKIE) this.token = value === '' ? null : value;
  }
}

/** Unlike `fetch`, this lets a request name another host than it goes to. */
async function post<Data>(url: string, body: string, sent: Readonly<Record<string, string>>): Promise<Answer<Data>> {
  const [response] = (await once(request(url, { method: 'POST', headers: sent }).end(body), 'response')) as [
    IncomingMessage,
  ];
  const { data = null, errors = [] } = (await json(response)) as Partial<Answer<Data>>;
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(response.headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  return { status: response.statusCode ?? 0, headers, data, errors };
}

/** The cookies that an answer sets, as they are on the wire. */
export function cookiesOf({ headers }: Answer<unknown>): readonly string[] {
  return headers.getSetCookie();
}

/** The one line that puts a token into the cookie. */
export function cookieLine(token: string, expiresAt: Date): string {
  return `${COOKIE}=${token}; Path=/; Expires=${expiresAt.toUTCString()}; HttpOnly; Secure; SameSite=Strict`;
}

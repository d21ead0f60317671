import { print } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { Answer, SendOptions } from './client.ts';
import { makeProof, newClientKey, type ClientKey, type ProofChanges, type ProofFacts } from './proofs.ts';
import { PASSWORD, type TestServer } from './server.ts';

const SIGN_IN = 'mutation ($p: String!) { tokenObtainPair(username: "alice", password: $p) { access refresh } }';
const REFRESH = 'mutation ($refresh: String!) { tokenRefresh(refresh: $refresh) { access refresh } }';

/** Tokens of a session. */
export interface Pair {
  readonly access: string;
  readonly refresh: string;
}

/** What is sent beside the usual. A text in place of a proof is sent as it is; null for none. */
export interface BoundOptions {
  readonly facts?: Partial<ProofFacts>;
  readonly changes?: ProofChanges;
  readonly proof?: string | null;
  readonly headers?: SendOptions['headers'];
}

/** A client with a key of its own, that makes its proofs by hand. */
export class BoundClient {
  readonly key: ClientKey;
  readonly #server: TestServer;

  constructor(server: TestServer, key: ClientKey = newClientKey()) {
    this.#server = server;
    this.key = key;
  }

  proof(facts: Partial<ProofFacts> = {}, changes?: ProofChanges): string {
    return makeProof(this.key, { url: this.#server.url, now: this.#server.clock.seconds, ...facts }, changes);
  }

  /** Sends a document; `token` as DPoP, with the proof for it. */
  send<Data = Readonly<Record<string, unknown>>>(
    query: string | TypedDocumentNode,
    variables: object = {},
    token: string | null = null,
    {
      facts,
      changes,
      proof = this.proof({ ...(token !== null && { token }), ...facts }, changes),
      headers,
    }: BoundOptions = {},
  ): Promise<Answer<Data>> {
    const sent = {
      ...(proof !== null && { dpop: proof }),
      ...(token !== null && { authorization: `DPoP ${token}` }),
      ...headers,
    };
    const text = typeof query === 'string' ? query : print(query);
    return this.#server.client.sendRaw<Data>({ query: text, variables }, { headers: sent });
  }

  async signIn(options?: BoundOptions): Promise<Pair> {
    const { data, errors } = await this.obtain(options);
    if (!data?.tokenObtainPair) throw new Error(`not signed in: ${JSON.stringify(errors)}`);
    return data.tokenObtainPair;
  }

  obtain(options?: BoundOptions) {
    return this.send<{ tokenObtainPair: Pair | null }>(SIGN_IN, { p: PASSWORD }, null, options);
  }

  refresh(refresh: string, options?: BoundOptions) {
    return this.send<{ tokenRefresh: Pair | null }>(REFRESH, { refresh }, null, options);
  }

  hello(access: string, options?: BoundOptions) {
    return this.send<{ hello: string | null }>('{ hello }', {}, access, options);
  }
}

/** The extensions of the first error of an answer; null where there is none. */
export const refusalIn = ({ errors: [error] }: Pick<Answer<unknown>, 'errors'>) => error?.extensions ?? null;

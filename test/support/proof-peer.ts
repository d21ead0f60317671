import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify, type JWTPayload, type ProtectedHeaderParameters } from 'jose';

/** A request as a peer received it. */
export interface ReceivedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What it is answered; 200 and an empty object where nothing is said. */
export interface PeerAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A proof whose signature `jose` has verified. */
export interface ReadProof {
  readonly header: ProtectedHeaderParameters;
  readonly claims: JWTPayload;
  readonly thumbprint: string;
}

/** A server of others that is sent proofs. */
export class ProofPeer {
  readonly received: ReceivedRequest[] = [];
  /** The answers of the next requests. */
  readonly answers: PeerAnswer[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<ProofPeer> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        peer.received.push({ method, path: url, headers, body: Buffer.concat(parts).toString() });
        const { status = 200, headers: added, body = {} } = peer.answers.shift() ?? {};
        const text = JSON.stringify(body);
        response.writeHead(status, { 'content-type': 'application/json', 'content-length': text.length, ...added });
        response.end(text);
      });
    });
    const peer = new ProofPeer(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return peer;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The proofs received so far, in their order. */
  proofs(): Promise<readonly ReadProof[]> {
    return Promise.all(this.received.map(({ headers }) => readProof(headers['dpop'])));
  }

  /** The proof of the last request. */
  async lastProof(): Promise<ReadProof> {
    return readProof(this.received.at(-1)?.headers['dpop']);
  }

  forget(): void {
    this.received.length = 0;
    this.answers.length = 0;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** @throws where it is no proof whose signature holds */
export async function readProof(proof: unknown): Promise<ReadProof> {
  const { payload, protectedHeader } = await jwtVerify(String(proof), EmbeddedJWK, { typ: 'dpop+jwt' });
  const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk ?? {});
  return { header: protectedHeader, claims: payload, thumbprint };
}

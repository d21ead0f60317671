import { once } from 'node:events';
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** What came back on a connection that is kept. */
export interface KeptAnswer {
  readonly status: number | undefined;
  /** Whether the server said that it is the last of its connection. */
  readonly isLast: boolean;
  readonly body: string;
}

/** A client with one connection at a time, which it keeps for as long as the server does; it tries nothing twice. */
export class KeptConnection {
  readonly #agent: Agent;
  constructor(
    readonly url: string,
    { keepAlive = true } = {},
  ) {
    this.#agent = new Agent({ keepAlive, maxSockets: 1 });
  }

  /** Sends a request but for its body. */
  begin(body: string, headers: Readonly<Record<string, string>> = {}): ClientRequest {
    const length = String(Buffer.byteLength(body));
    const sent = request(this.url, {
      method: 'POST',
      agent: this.#agent,
      headers: { 'content-type': 'application/json', 'content-length': length, ...headers },
    });
    sent.flushHeaders();
    return sent;
  }

  /** Sends what is missing, and resolves to the answer. */
  async finish(sent: ClientRequest, body: string): Promise<KeptAnswer> {
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const { statusCode: status, headers } = response;
    return { status, isLast: headers.connection === 'close', body: (await text(response)).trim() };
  }

  /** Sends a GraphQL operation. */
  post(operation: object): Promise<KeptAnswer> {
    const body = JSON.stringify(operation);
    return this.finish(this.begin(body), body);
  }

  end(): void {
    this.#agent.destroy();
  }
}

import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

const agent = new Agent({ keepAlive: true });

/**
 * As much of `fetch` as `Client` needs, by `node:http`. Node's own now and then never settles where connections are cut as
 * they are made: then there is a promise and no connection, and nobody can tell it from a server that does not answer.
 */
export const plainFetch = async (url: string, { method, headers, body }: PlainRequest): Promise<Response> => {
  const length = String(Buffer.byteLength(body));
  const sent = request(url, { method, agent, headers: { ...headers, 'content-length': length } });
  try {
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return new Response(await text(response), { status: response.statusCode ?? 0 });
  } catch (cause) {
    throw new TypeError('fetch failed', { cause });
  }
};

/** What it sends. */
export interface PlainRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

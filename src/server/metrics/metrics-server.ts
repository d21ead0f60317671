import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SettingsError } from '../../contracts/settings/settings.ts';

/** What is scraped: the metrics of this process, or those of several together. */
interface Scrape {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** Where and what to serve. */
export interface MetricsServerOptions {
  readonly port: number;
  readonly host: string;
  readonly scrape: Scrape;
  /** Receives what keeps a scrape from being answered. */
  readonly report: (error: unknown) => void;
}

/** A port that is scraped. */
export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves metrics on a port of their own, so that no path of the public one shows them.
 *
 * @throws SettingsError if the port cannot be listened on
 */
export async function serveMetrics({ port, host, scrape, report }: MetricsServerOptions): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    answer(request, response, scrape).catch((error: unknown) => {
      report(error);
      response.writeHead(500).end('The metrics cannot be read; the log says why.\n');
    });
  });
  server.listen(port, host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    const problem = `METRICS_PORT: cannot listen on port ${port} of METRICS_HOST ${host} (${error.code})`;
    throw new SettingsError([`${problem}; expected a free port, and an address of this machine.`], { cause: error });
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}/metrics`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections(); // a scraper keeps its connection, and asks again
      await closed;
    },
  };
}

async function answer({ method, url }: IncomingMessage, response: ServerResponse, scrape: Scrape): Promise<void> {
  if (url !== '/metrics') {
    response.writeHead(404).end('There is nothing here. The metrics are at /metrics.\n');
  } else if (method === 'GET' || method === 'HEAD') {
    const text = await scrape.metrics();
    response.writeHead(200, { 'content-type': scrape.contentType, 'content-length': Buffer.byteLength(text) });
    response.end(method === 'HEAD' ? undefined : text);
  } else {
    response.writeHead(405, { allow: 'GET, HEAD' }).end('The metrics are read with GET.\n');
  }
}

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import serveStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { featuresOf, type PageFacts } from './page-facts.ts';

/** Where `npm run build` puts the pages, wherever this module is: in `src/`, in `dist/` or bundled. */
const PACKAGE = pathToFileURL(createRequire(import.meta.url).resolve('graphql-simplejwt/package.json'));
const GRAPHIQL_FOLDER = new URL('dist/page/', PACKAGE);
const CONSOLE_FOLDER = new URL('dist/console/', PACKAGE);

/** Scripts come from this server alone. The editor makes style elements and workers as it runs. */
const GRAPHIQL_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Scripts and styles come from this server alone, and none is inline. */
const CONSOLE_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Whether a browser asks for a page; a client that sends a query by GET does not. */
export function wantsPage(request: FastifyRequest): boolean {
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html') && !request.url.includes('?');
}

/** Serves GraphiQL's files at `/graphiql/`, and makes what answers with its page. */
export async function registerGraphiql(app: FastifyInstance, facts: PageFacts): Promise<SendPage> {
  return registerFiles(app, facts, {
    folder: GRAPHIQL_FOLDER,
    prefix: '/graphiql/',
    policy: GRAPHIQL_SECURITY_POLICY,
  });
}

/** Serves the console at `/console`. */
export async function registerConsole(app: FastifyInstance, facts: PageFacts): Promise<void> {
  const place = { folder: CONSOLE_FOLDER, prefix: '/console/', policy: CONSOLE_SECURITY_POLICY };
  const sendPage = await registerFiles(app, facts, place);
  app.get('/console', (_request, reply) => sendPage(reply));
}

type SendPage = (reply: FastifyReply) => Promise<FastifyReply>;

interface Place {
  readonly folder: URL;
  readonly prefix: string;
  readonly policy: string;
}

async function registerFiles(
  app: FastifyInstance,
  facts: PageFacts,
  { folder, prefix, policy }: Place,
): Promise<SendPage> {
  const { authHeaderName, authHeaderTypes } = facts.settings;
  const header = `${authHeaderName}: ${authHeaderTypes[0]}`.replaceAll('&', '&amp;'); // a token of RFC 9110 5.6.2
  const page = readFileSync(new URL('index.html', folder), 'utf8')
    .replace('Authorization: Bearer', () => header)
    .replace('(features)', featuresOf(facts));
  await app.register(async (files) => {
    files.addHook('onRequest', async (_request, reply) => {
      const vary = reply.getHeader('vary');
      reply.header('vary', vary === undefined ? 'accept-encoding' : `${String(vary)}, accept-encoding`);
    });
    await files.register(serveStatic, {
      root: fileURLToPath(folder),
      prefix,
      decorateReply: false,
      index: false,
      preCompressed: true, // `npm run build` writes them beside the others
      immutable: true, // their names are made of what they hold
      maxAge: '365d',
    });
  });
  return async (reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', policy)
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .send(page.replace('(demo)', (await facts.demo()) ?? ''));
}

import type { FastifyInstance } from 'fastify';
import type { UnsentMail } from '../development-mail.ts';

/** Nothing runs, and nothing is loaded. */
const SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? '');

/** Shows the mails that were not sent, at `/mail`. */
export function registerMailPage(app: FastifyInstance, mails: () => readonly UnsentMail[]): void {
  app.get('/mail', (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-security-policy', SECURITY_POLICY)
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .send(pageOf(mails())),
  );
}

function pageOf(mails: readonly UnsentMail[]): string {
  const items = mails.map(({ at, to, subject, text, language }) => {
    const body = escaped(text).replaceAll(/https?:\/\/[^\s<]+/g, (url) => `<a href="${url}">${url}</a>`);
    return `<article lang="${escaped(language)}"><h2>${escaped(subject)}</h2><p>To ${escaped(to)}, <time>${escaped(at)}</time></p><pre>${body}</pre></article>`;
  });
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Mails · graphql-simplejwt</title>
<style>body{font:1rem/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap;overflow-wrap:anywhere}article{border-top:1px solid #888}:root{color-scheme:light dark}</style></head>
<body><main><h1>Mails</h1><p>They are not sent, because SMTP_URL is not set. The newest is at the top; reload the page for more.</p>
${items.join('\n') || '<p>There are none yet.</p>'}
</main></body></html>
`;
}

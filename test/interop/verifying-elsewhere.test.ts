import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runShell, runTypeScript, snippetsOf } from '../support/snippets.ts';
import { ISSUER, startIssuer, USER_ID, type Issuer } from './issuer.ts';

const GUIDE = 'docs/verifying-elsewhere.md';

/** An answer of the feed of revocations. */
interface Page {
  readonly cursor: string;
  readonly sessions: readonly object[];
}

describe('the snippets of the guide to verifying tokens elsewhere do what it says', () => {
  const [byKeys = '', withRevocations = ''] = snippetsOf(GUIDE, 'ts');
  const [, manage = '', variables = '', introspect = '', revoke = '', feed = ''] = snippetsOf(GUIDE, 'sh');
  const [shownAnswer = '', shownFeed = ''] = snippetsOf(GUIDE, 'json');
  const shownPage = JSON.parse(shownFeed) as Page;
  let issuer: Issuer;
  let accessToken: string;
  let secret: string;
  beforeAll(async () => {
    issuer = await startIssuer();
    accessToken = issuer.accepted['as issued'];
  });
  afterAll(() => issuer.remove());

  /** With the address of the server in place of the example. The issuer in its tokens has no path. */
  const here = (code: string) => code.replaceAll(/https:\/\/auth\.example\.com(?=\/)/g, issuer.origin);
  const curl = (code: string, more: Readonly<Record<string, string>> = {}) => {
    const set = variables.replace('http://127.0.0.1:4000', issuer.origin).replace('SECRET=...', `SECRET=${secret}`);
    return runShell(`${set}\n${code}`, { TOKEN: accessToken, ...more });
  };

  test('a service gets a secret, is listed, and can be deleted', async () => {
    expect(manage).toContain('services delete orders');
    expect(await runShell(manage, issuer.env)).toContain('"orders"');
    const [create = ''] = manage.split('\n');
    secret = /\S{32,}/.exec(await runShell(create, issuer.env))?.[0] ?? '';
    expect(secret).not.toBe('');
  });

  test('a verifier by the published keys tells whose token it is', async () => {
    const before = `const accessToken = '${accessToken}';`;
    const printed = await runTypeScript(here(byKeys), { before, after: 'console.log(user.id, token.claims.iss);' });
    expect(printed).toBe(`${USER_ID} ${ISSUER}\n`);
  });

  test('introspection answers what is shown', async () => {
    const answer = JSON.parse(await curl(introspect)) as object;
    expect(answer).toMatchObject({ active: true, sub: USER_ID, username: 'alice' });
    expect(Object.keys(answer).toSorted()).toEqual(
      [...Object.keys(JSON.parse(shownAnswer) as object), 'aud', 'iss'].toSorted(),
    );
  });

  test('a verifier that is told of revocations refuses what was revoked, which the feed tells as shown', async () => {
    const before = `import { createTokenVerifier } from 'graphql-simplejwt/verifier';
      const secret = '${secret}';`;
    const after = `await verifier.verify('${accessToken}').then(() => console.log('accepted'), ({ reason }) => console.log(reason));
      verifier.close();`;
    const verdict = () => runTypeScript(here(withRevocations), { before, after });
    expect(await verdict()).toBe('accepted\n');
    expect(await curl(revoke)).toBe('');
    expect(await verdict()).toBe('session_revoked\n');

    const [all = '', since = ''] = feed.trim().split('\n');
    const page = JSON.parse(await curl(all)) as Page;
    expect(Object.keys(page).toSorted()).toEqual(Object.keys(shownPage).toSorted());
    const [shown = {}] = shownPage.sessions;
    for (const session of page.sessions) expect(Object.keys(session)).toEqual(Object.keys(shown));
    expect(page.sessions).toHaveLength(2); // this one, and one that the issuer has signed out
    expect(JSON.parse(await curl(since, { CURSOR: page.cursor }))).toMatchObject({ sessions: page.sessions });
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import * as errors from '../../src/contracts/errors.ts';
import { snippetsOf } from '../support/snippets.ts';

const DOCUMENT = 'docs/errors.md';
const ROW = /^\| `(\w+)` *\| `(\w+)` *\| ([^|]*?) *\| [^|]+ \| [^|]+ \|$/gm;
const EXPIRED = { token_class: 'AccessToken', token_type: 'access', message: 'Token is expired' };
const expiredInHeader = new errors.NoAcceptedToken(new errors.TokenExpired('REFRESH'), [EXPIRED]);
const badInput = (reason: ConstructorParameters<typeof errors.InvalidInput>[2]) => [
  new errors.InvalidInput('field', 'message', reason),
];

/** All ways to meet each reason; the compiler sees that none is missing. */
const MET: Record<errors.ErrorReason, readonly errors.AuthError[]> = {
  not_authenticated: [new errors.NotAuthenticated()],
  bad_authorization_header: [new errors.BadAuthorizationHeader()],
  token_not_valid: [
    new errors.TokenInvalid(),
    new errors.TokenNotYetValid(1),
    new errors.NoAcceptedToken(new errors.TokenInvalid(), []),
  ],
  token_expired: [new errors.TokenExpired('LOGIN'), expiredInHeader],
  token_wrong_type: [new errors.TokenWrongType(), new errors.NoAcceptedToken(new errors.TokenWrongType(), [])],
  token_blacklisted: [new errors.TokenBlacklisted(), new errors.TokenReused()],
  session_revoked: [new errors.SessionRevoked()],
  no_active_account: [new errors.NoActiveAccount()],
  user_not_found: [new errors.UserNotFound()],
  user_inactive: [new errors.UserInactive()],
  password_changed: [new errors.PasswordChanged()],
  second_factor_required: [new errors.SecondFactorRequired('challenge', new Date())],
  challenge_not_valid: [new errors.ChallengeInvalid()],
  step_up_required: [new errors.StepUpRequired({ maxAge: 600 })],
  dpop_proof_required: [new errors.ProofRequired(), new errors.ProofRequired(false)],
  dpop_proof_not_valid: [new errors.ProofInvalid('htu'), new errors.ProofInvalid('key')],
  use_dpop_nonce: [new errors.NonceRequired('nonce')],
  permission_denied: [new errors.PermissionDenied()],
  own_account: [new errors.OwnAccount()],
  origin_not_allowed: [new errors.OriginNotAllowed()],
  invalid_input: badInput('invalid_input'),
  wrong_password: badInput('wrong_password'),
  wrong_code: badInput('wrong_code'),
  invalid_username: badInput('invalid_username'),
  username_taken: badInput('username_taken'),
  password_too_weak: badInput('password_too_weak'),
  session_not_found: badInput('session_not_found'),
  invalid_email: badInput('invalid_email'),
  email_taken: badInput('email_taken'),
  link_not_valid: badInput('link_not_valid'),
  throttled: [new errors.Throttled(1)],
  overloaded: [new errors.Overloaded()],
  store_unavailable: [new errors.StoreUnavailable(new Error('down'))],
};

const rowOf = (reason: string, met: readonly errors.AuthError[]) => ({
  reason,
  codes: [...new Set(met.map(({ code }) => code))],
  actions: [...new Set(met.flatMap(({ action }) => action ?? []))].toSorted(),
});

test('docs/errors.md names every reason, with the code and the actions of its errors, and no other', () => {
  const text = readFileSync(join(import.meta.dirname, '../..', DOCUMENT), 'utf8');
  const documented = Array.from(text.matchAll(ROW), ([, reason, code, actions = '']) => ({
    reason,
    codes: [code],
    actions: actions.replaceAll('`', '').split(', ').filter(Boolean).toSorted(),
  }));
  expect(documented).toEqual(Object.entries(MET).map(([reason, met]) => rowOf(reason, met)));
});

test('every error class is met by one of these reasons, and has the reason it is listed under', () => {
  const met = Object.entries(MET).flatMap(([reason, list]) => list.map((error) => ({ reason, error })));
  for (const { reason, error } of met) expect(error.reason).toBe(reason);
  const names = new Set(met.map(({ error }) => error.constructor.name));
  const abstract = new Set(['AuthError', 'TokenError']);
  expect([...names].toSorted()).toEqual(
    Object.keys(errors)
      .filter((name) => /^[A-Z]/.test(name) && !abstract.has(name))
      .toSorted(),
  );
});

test('the answer shown is that of an expired access token', () => {
  const { message, extensions } = expiredInHeader;
  expect(snippetsOf(DOCUMENT, 'json').map((json): unknown => JSON.parse(json))).toEqual([
    { errors: [{ message, extensions }] },
  ]);
});

test('the page of each reason on the site links to documents that are there', async () => {
  const root = join(import.meta.dirname, '../..');
  const script = pathToFileURL(join(root, 'site/error-pages.mjs')).href;
  const { errorPages } = (await import(script)) as { errorPages: (root: string) => ReadonlyMap<string, string> };
  const links = Array.from(errorPages(root).values()).flatMap((page) => Array.from(page.matchAll(/\]\(([^)#:]+)/g)));
  expect(links.length).toBeGreaterThan(errorPages(root).size);
  for (const [, link = ''] of links) expect([link, existsSync(join(root, 'errors', link))]).toEqual([link, true]);
});

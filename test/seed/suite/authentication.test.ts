// https://github.com/jazzband/djangorestframework-simplejwt/blob/master/tests/test_authentication.py
import { describe, expect, test } from '@jest/globals';
import { MeDocument } from '../../generated/operations.ts';
import type { TestClaims } from '../../support/forge.ts';
import { describeEachStore } from '../../support/stores.ts';
import { claimsWithin, DAY, openSuite, refusedWith, type Seed } from './suite.ts';

const NOT_PROVIDED = refusedWith('not_authenticated', 'Authentication credentials were not provided.');
const NOT_TWO_VALUES = refusedWith(
  'bad_authorization_header',
  'Authorization header must contain two space-delimited values',
);
const NOT_VALID = 'Given token not valid for any token type';
const NO_USER_ID = refusedWith('token_not_valid', 'Token contained no recognizable user identification');
const NOT_FOUND = refusedWith('user_not_found', 'User not found');
const INACTIVE = refusedWith('user_inactive', 'User is inactive');
const PASSWORD_CHANGED = refusedWith('password_changed', "The user's password has been changed.");

const greeting = ({ user }: Seed) => ({ data: { hello: `Hello, ${user.username}!` }, errors: [] });
/** An access token of simplejwt with these claims, in the header. */
const viewWith = (suite: Seed, claims: TestClaims = {}) => suite.view(`Bearer ${suite.token('access', claims)}`);

describeEachStore('test_authentication.py', (kind) => {
  const { seed } = openSuite(kind);

  describe('TestJWTAuthentication', () => {
    test('test_get_header', async () => {
      const suite = await seed();
      expect(await suite.view()).toMatchObject(NOT_PROVIDED);
      expect(await viewWith(suite)).toMatchObject(greeting(suite));
    });

    test('test_get_header_x_access_token', async () => {
      const suite = await seed({ JWT_AUTH_HEADER_NAME: 'X-Access-Token' });
      const header = `Bearer ${suite.token('access')}`;
      expect(await suite.view(undefined, { 'x-access-token': header })).toMatchObject(greeting(suite));
      expect(await suite.view(header)).toMatchObject(NOT_PROVIDED);
    });

    test('test_get_raw_token', async () => {
      const suite = await seed();
      expect(await suite.view('')).toMatchObject(NOT_PROVIDED);
      expect(await suite.view('Bearer one two')).toMatchObject(NOT_TWO_VALUES);
      expect(await suite.view('Bearer')).toMatchObject(NOT_TWO_VALUES);
      expect(await suite.view('Bearer TokenMcTokenface')).toMatchObject(refusedWith('token_not_valid', NOT_VALID));
    });

    test('test_get_raw_token_incorrect_header_keyword', async () => {
      const suite = await seed({ JWT_AUTH_HEADER_TYPES: 'JWT' });
      expect(await viewWith(suite)).toMatchObject(NOT_PROVIDED);
      expect(await suite.view(`JWT ${suite.token('access')}`)).toMatchObject(greeting(suite));
    });

    test('test_get_raw_token_multi_header_keyword', async () => {
      const suite = await seed({ JWT_AUTH_HEADER_TYPES: 'JWT,Bearer' });
      for (const scheme of ['JWT', 'Bearer']) {
        expect(await suite.view(`${scheme} ${suite.token('access')}`)).toMatchObject(greeting(suite));
      }
    });

    test('test_get_validated_token', async () => {
      const suite = await seed();
      expect(await viewWith(suite, { exp: suite.now - DAY })).toMatchObject(refusedWith('token_expired', NOT_VALID));
      expect(await viewWith(suite)).toMatchObject(greeting(suite));
    });

    test('test_get_validated_token_reject_unknown_token', async () => {
      const suite = await seed({ JWT_AUTH_TOKEN_CLASSES: 'access' });
      const { errors } = await suite.view(`Bearer ${suite.token('sliding')}`);
      expect(errors[0]?.extensions['messages']).toEqual([
        { token_class: 'AccessToken', token_type: 'access', message: 'Token has wrong type' },
      ]);
    });

    test('test_get_validated_token_accept_known_token', async () => {
      const suite = await seed({ JWT_AUTH_TOKEN_CLASSES: 'access,sliding' });
      for (const type of ['access', 'sliding']) {
        expect(await suite.view(`Bearer ${suite.token(type)}`)).toMatchObject(greeting(suite));
      }
    });

    test('test_get_user', async () => {
      const suite = await seed();
      expect(await viewWith(suite, { user_id: undefined, some_other_id: 'foo' })).toMatchObject(NO_USER_ID);
      expect(await viewWith(suite, { user_id: 42 })).toMatchObject(NOT_FOUND);
      await suite.server.auth.users.setActive(suite.user.id, false);
      expect(await viewWith(suite)).toMatchObject(INACTIVE);
      await suite.server.auth.users.setActive(suite.user.id, true);
      suite.server.clock.advance(1); // disabling an account ends its tokens, those of this second too
      expect(await viewWith(suite)).toMatchObject(greeting(suite));
    });

    test('test_get_inactive_user', async () => {
      const suite = await seed({ JWT_CHECK_USER_IS_ACTIVE: 'false' });
      expect(await viewWith(suite, { user_id: undefined, some_other_id: 'foo' })).toMatchObject(NO_USER_ID);
      expect(await viewWith(suite, { user_id: 42 })).toMatchObject(NOT_FOUND);
      await suite.server.auth.users.setActive(suite.user.id, false);
      expect(await viewWith(suite)).toMatchObject(greeting(suite));
    });

    test('test_get_user_with_check_revoke_token', async () => {
      const claim = 'revoke_token_claim';
      const suite = await seed({ JWT_CHECK_REVOKE_TOKEN: 'true', JWT_REVOKE_TOKEN_CLAIM: claim });
      const fingerprint = claimsWithin((await suite.signIn()).access)[claim];
      expect(fingerprint).toEqual(expect.any(String));
      expect(await viewWith(suite, { user_id: undefined })).toMatchObject(NO_USER_ID);
      expect(await viewWith(suite, { user_id: 42 })).toMatchObject(NOT_FOUND);
      await suite.server.auth.users.setActive(suite.user.id, false);
      expect(await viewWith(suite)).toMatchObject(INACTIVE);
      await suite.server.auth.users.setActive(suite.user.id, true);
      suite.server.clock.advance(1); // disabling an account ends its tokens, those of this second too
      expect(await viewWith(suite)).toMatchObject(PASSWORD_CHANGED);
      expect(await viewWith(suite, { [claim]: 'another' })).toMatchObject(PASSWORD_CHANGED);
      expect(await viewWith(suite, { [claim]: fingerprint })).toMatchObject(greeting(suite));
    });

    test('test_get_user_with_str_user_id_claim', async () => {
      const suite = await seed();
      const { auth } = suite.server;
      const imported = await auth.users.create({
        id: '4711',
        username: 'testuser',
        password: suite.credentials.password,
      });
      for (const user_id of [4711, '4711']) {
        expect(await viewWith(suite, { user_id })).toMatchObject({ data: { hello: `Hello, ${imported.username}!` } });
      }
    });
  });

  describe('TestJWTStatelessUserAuthentication', () => {
    const STATELESS = { JWT_AUTHENTICATION: 'stateless' };

    test('test_get_user', async () => {
      const suite = await seed(STATELESS);
      expect(await viewWith(suite, { user_id: undefined, some_other_id: 'foo' })).toMatchObject(NO_USER_ID);
      // Of no account: what the claims say is all there is.
      const claims = { user_id: 42, username: 'nobody' };
      expect(await viewWith(suite, claims)).toMatchObject({ data: { hello: 'Hello, nobody!' }, errors: [] });
      const token = suite.token('access', claims);
      expect(await suite.send(MeDocument, {}, { token })).toMatchObject(NOT_FOUND);
    });

    test('test_custom_tokenuser', async () => {
      const suite = await seed(STATELESS);
      expect(await viewWith(suite, { user_id: 42 })).toMatchObject({ data: { hello: 'Hello, bsaget!' }, errors: [] });
    });
  });
});

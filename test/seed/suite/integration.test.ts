// https://github.com/jazzband/djangorestframework-simplejwt/blob/master/tests/test_integration.py
import { expect, test } from '@jest/globals';
import { describeEachStore } from '../../support/stores.ts';
import { MINUTE, openSuite, refusedWith, type Seed } from './suite.ts';

const NOT_PROVIDED = refusedWith('not_authenticated', 'Authentication credentials were not provided.');
const greeting = ({ user }: Seed) => ({ data: { hello: `Hello, ${user.username}!` }, errors: [] });

describeEachStore('test_integration.py TestTestView', (kind) => {
  const { seed } = openSuite(kind);

  test('test_no_authorization', async () => {
    expect(await (await seed()).view()).toMatchObject(NOT_PROVIDED);
  });

  test('test_wrong_auth_type', async () => {
    const suite = await seed();
    expect(await suite.view(`Wrong ${await suite.slidingToken()}`)).toMatchObject(NOT_PROVIDED);
  });

  test('test_expired_token', async () => {
    const suite = await seed();
    const { access } = await suite.signIn();
    suite.server.clock.advance(5 * MINUTE);
    const refusal = refusedWith('token_expired', 'Given token not valid for any token type');
    expect(await suite.view(`Bearer ${access}`)).toMatchObject(refusal);
  });

  test('test_user_can_get_sliding_token_and_use_it', async () => {
    const suite = await seed({ JWT_AUTH_TOKEN_CLASSES: 'sliding' });
    expect(await suite.view(`Bearer ${await suite.slidingToken()}`)).toMatchObject(greeting(suite));
  });

  test('test_user_can_get_access_and_refresh_tokens_and_use_them', async () => {
    const suite = await seed({ JWT_AUTH_TOKEN_CLASSES: 'access' });
    const { access, refresh } = await suite.signIn();
    expect(await suite.view(`Bearer ${access}`)).toMatchObject(greeting(suite));
    const { data } = await suite.refresh(refresh);
    expect(await suite.view(`Bearer ${data?.tokenRefresh.access}`)).toMatchObject(greeting(suite));
  });
});

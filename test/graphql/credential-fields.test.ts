import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { natureOf } from '../../src/graphql/operation.ts';
import { ALL_OPTIONS, buildAuthSchema } from '../../src/graphql/optional.ts';
import { ALL_ROOMS, startTestServer, type TestServer } from '../support/server.ts';

const COMPLAINT = 'The document has 2 fields that check or store a password, expected at most 1.';
const SIGN_IN = 'tokenObtainPair(username: "alice", password: "no") { access }';
const FIELDS = {
  tokenObtainPair: SIGN_IN,
  tokenObtainSliding: 'tokenObtainSliding(username: "alice", password: "no") { token }',
  passwordChange: 'passwordChange(currentPassword: "no", newPassword: "no") { access }',
  userRegister: 'userRegister(username: "bob", password: "no") { id }',
  emailChange: 'emailChange(currentPassword: "no", email: "a@example.com")',
  passwordReset: 'passwordReset(token: "no", newPassword: "no")',
  userCreate: 'userCreate(username: "bob", password: "no") { id }',
  userSetPassword: 'userSetPassword(id: "no", newPassword: "no") { id }',
  tokenObtainPairOtp: 'tokenObtainPairOtp(challenge: "no", code: "no") { access }',
  tokenObtainSlidingOtp: 'tokenObtainSlidingOtp(challenge: "no", code: "no") { token }',
  totpSetUp: 'totpSetUp(password: "no") { secret }',
  totpConfirm: 'totpConfirm(code: "no") { codes }',
  totpRemove: 'totpRemove(password: "no")',
  recoveryCodesRenew: 'recoveryCodesRenew(password: "no") { codes }',
  tokenStepUp: 'tokenStepUp(password: "no") { access }',
  accountDelete: 'accountDelete(password: "no")',
};

describe('fields that check or store a password', () => {
  let server: TestServer;
  let failed = 0;
  beforeAll(async () => {
    const onLoginFailed = () => void (failed += 1);
    server = await startTestServer('sqlite', { env: ALL_ROOMS, hooks: { onLoginFailed } });
  });
  afterAll(() => server.remove());
  const complaintsAbout = async (query: string) => {
    const { data, errors } = await server.client.sendRaw({ query });
    expect(data).toBeNull();
    return errors.map(({ message }) => message);
  };

  test('are all those that are given one', async () => {
    const root = (await buildAuthSchema(ALL_OPTIONS)).getMutationType();
    const given = Object.values(root?.getFields() ?? {}).filter(({ args }) =>
      args.some(({ name }) => /password|^code$/i.test(name)),
    );
    expect(given.map(({ name }) => name).toSorted()).toEqual(Object.keys(FIELDS).toSorted());
    for (const { name } of given)
      expect({ name, nature: natureOf(root, name) }).toMatchObject({ nature: { credential: true } });
  });

  test.each(Object.entries(FIELDS))('S31: %s may be asked for once in a document', async (_name, field) => {
    expect(await complaintsAbout(`mutation { a: ${field} b: ${field} }`)).toEqual([COMPLAINT]);
    expect(await complaintsAbout(`mutation { a: ${SIGN_IN} b: ${field} }`)).toEqual([COMPLAINT]);
    expect(failed).toBe(0);
    expect(await complaintsAbout(`mutation { a: ${field} b: tokenVerify(token: "x") { jti } }`)).not.toContain(
      COMPLAINT,
    );
    failed = 0;
  });
});

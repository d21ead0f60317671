import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BoundClient, refusalIn } from '../../support/bound-client.ts';
import { claimsOf } from '../../support/forge.ts';
import { newClientKey, thumbprintOf } from '../../support/proofs.ts';
import { PASSWORD, startTestServer, type TestServer } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

describeEachStore('a session of a client with a key', (kind) => {
  let server: TestServer;
  let client: BoundClient;
  let thief: BoundClient;
  beforeAll(async () => {
    server = await startTestServer(kind, { env: { JWT_DPOP: 'optional' } });
    client = new BoundClient(server);
    thief = new BoundClient(server);
  });
  afterAll(() => server.remove());
  const cnf = (key = client.key) => ({ jkt: thumbprintOf(key) });

  test('has tokens that name the key, from sign-in on, and lets its holder in', async () => {
    let pair = await client.signIn();
    for (let round = 0; round < 2; round += 1) {
      expect(claimsOf(pair.access)['cnf']).toEqual(cnf());
      expect(claimsOf(pair.refresh)['cnf']).toEqual(cnf());
      const answer = await client.hello(pair.access);
      expect(answer).toMatchObject({ data: { hello: 'Hello, alice!' }, errors: [] });
      const { data } = await client.refresh(pair.refresh);
      if (!data?.tokenRefresh) throw new Error('expected new tokens');
      pair = data.tokenRefresh;
    }
  });

  test('with a sliding token is bound all the same', async () => {
    const obtain = `mutation { tokenObtainSliding(username: "alice", password: "${PASSWORD}") { token } }`;
    const { data } = await client.send<{ tokenObtainSliding: { token: string } }>(obtain);
    const token = data?.tokenObtainSliding.token ?? '';
    expect(claimsOf(token)['cnf']).toEqual(cnf());
    const refresh = 'mutation ($token: String!) { tokenRefreshSliding(token: $token) { token } }';
    type Refreshed = { tokenRefreshSliding: { token: string } | null };
    const { data: next } = await client.send<Refreshed>(refresh, { token });
    expect(claimsOf(next?.tokenRefreshSliding?.token ?? '')['cnf']).toEqual(cnf());
    expect(refusalIn(await thief.send(refresh, { token }))).toMatchObject({ reason: 'dpop_proof_not_valid' });
    expect(refusalIn(await client.send(refresh, { token }, null, { proof: null }))).toMatchObject({
      reason: 'dpop_proof_required',
    });
  });

  test('is not refreshed without the key, and is neither ended nor told of by who tries', async () => {
    const { refresh } = await client.signIn();
    const { data } = await client.refresh(refresh);
    const next = data?.tokenRefresh?.refresh ?? '';
    await client.refresh(next);
    for (const stolen of [refresh, next, data?.tokenRefresh?.refresh ?? '']) {
      expect(refusalIn(await thief.refresh(stolen, { proof: null }))).toEqual({
        code: 'UNAUTHENTICATED',
        reason: 'dpop_proof_required',
      });
      expect(refusalIn(await thief.refresh(stolen))).toEqual({
        code: 'UNAUTHENTICATED',
        reason: 'dpop_proof_not_valid',
        action: 'LOGIN',
        check: 'key',
      });
    }
    expect(refusalIn(await client.refresh(next))).toBeNull(); // replayed, within the grace interval
  });

  test('is ended by a superseded token with the key', async () => {
    const { refresh } = await client.signIn();
    const second = (await client.refresh(refresh)).data?.tokenRefresh?.refresh ?? '';
    const third = (await client.refresh(second)).data?.tokenRefresh?.refresh ?? '';
    expect(refusalIn(await client.refresh(refresh))).toMatchObject({ reason: 'token_blacklisted' });
    expect(refusalIn(await client.refresh(third))).toMatchObject({ reason: 'token_blacklisted' });
  });

  test('does not let in who sends its access token as Bearer, without a proof, or with one of another key', async () => {
    const { access } = await client.signIn();
    const bearer = { headers: { authorization: `Bearer ${access}` } };
    for (const options of [bearer, { ...bearer, proof: null }, { proof: null }]) {
      expect(refusalIn(await client.hello(access, options))).toEqual({
        code: 'UNAUTHENTICATED',
        reason: 'dpop_proof_required',
      });
    }
    expect(refusalIn(await thief.hello(access))).toMatchObject({ reason: 'dpop_proof_not_valid', check: 'key' });
  });

  test('wants a proof for the very token that is sent', async () => {
    const { access } = await client.signIn();
    const other = await client.signIn();
    for (const facts of [{ token: other.access }, { token: other.refresh }]) {
      expect(refusalIn(await client.hello(access, { facts }))).toMatchObject({ check: 'ath' });
    }
    expect(refusalIn(await client.hello(access, { proof: client.proof() }))).toMatchObject({ check: 'ath' });
  });

  test('goes on beside those of clients without a key', async () => {
    const { access, refresh } = await server.signIn();
    expect(claimsOf(access)['cnf']).toBeUndefined();
    expect((await server.client.sendRaw({ query: '{ hello }' }, { token: access })).errors).toEqual([]);
    // A proof does not harm, and binds nothing: sessions are bound at sign-in.
    const { data } = await client.refresh(refresh);
    expect(claimsOf(data?.tokenRefresh?.access ?? '')['cnf']).toBeUndefined();
    const bearer = { headers: { authorization: `Bearer ${access}` } };
    expect(refusalIn(await client.hello(access, bearer))).toBeNull();
    expect(refusalIn(await client.hello(access))).toMatchObject({ reason: 'token_not_valid' });
  });

  test('stays bound through a change of the password, and binds the new one to the key of the proof', async () => {
    const { access } = await client.signIn();
    const change = `mutation { passwordChange(currentPassword: "${PASSWORD}", newPassword: "${PASSWORD}") { access } }`;
    const { data } = await client.send<{ passwordChange: { access: string } }>(change, {}, access);
    expect(claimsOf(data?.passwordChange.access ?? '')['cnf']).toEqual(cnf());
  });

  test('signs out without a proof, as nobody gains by that', async () => {
    const { access, refresh } = await client.signIn();
    const query = 'mutation ($refresh: String!) { tokenBlacklist(refresh: $refresh) { jti } }';
    expect((await server.client.sendRaw({ query, variables: { refresh } })).errors).toEqual([]);
    expect(refusalIn(await client.hello(access))).toMatchObject({ reason: 'session_revoked' });
  });

  test('has one proof for a whole document, whatever it asks for', async () => {
    const { access, refresh } = await client.signIn();
    const query = `mutation ($refresh: String!, $access: String!) {
      tokenRefresh(refresh: $refresh) { access }
      tokenVerify(token: $access) { jti }
      sessionRevokeOthers
    }`;
    expect((await client.send(query, { refresh, access }, access)).errors).toEqual([]);
    expect((await client.send('{ hello me { username } sessions { id } }', {}, access)).errors).toEqual([]);
  });

  test('does nothing of a document whose proof is bad, not even what is open', async () => {
    const { access, refresh } = await client.signIn();
    const query = 'mutation ($refresh: String!) { tokenBlacklist(refresh: $refresh) { jti } }';
    const answer = await client.send(query, { refresh }, null, { changes: { claims: { htm: 'GET' } } });
    expect(refusalIn(answer)).toMatchObject({ reason: 'dpop_proof_not_valid', check: 'htm' });
    expect(refusalIn(await client.hello(access))).toBeNull();
  });

  test('may have a key of another kind', async () => {
    for (const algorithm of ['EdDSA', 'PS256', 'RS512']) {
      const other = new BoundClient(server, newClientKey(algorithm));
      const { access } = await other.signIn();
      expect((await other.hello(access)).errors).toEqual([]);
    }
  });

  test('is told of by introspection: the key, and DPoP as the type of its access token', async () => {
    const { access, refresh } = await client.signIn();
    const unbound = await server.signIn();
    const described = (token: string) => server.auth.introspection.introspect(token);
    expect(await described(access)).toMatchObject({ active: true, token_type: 'DPoP', cnf: cnf() });
    expect(await described(refresh)).toMatchObject({ active: true, token_type: 'N_A', cnf: cnf() });
    expect(await described(unbound.access)).toMatchObject({ active: true, token_type: 'Bearer' });
    expect(await described(unbound.access)).not.toHaveProperty('cnf');
  });
});

describeEachStore('where every client must have a key', (kind) => {
  let server: TestServer;
  let client: BoundClient;
  beforeAll(async () => {
    server = await startTestServer(kind, { env: { JWT_DPOP: 'required', REGISTRATION: 'on' } });
    client = new BoundClient(server);
  });
  afterAll(() => server.remove());

  test('nobody signs in without a proof, and no password is looked at', async () => {
    const required = { code: 'UNAUTHENTICATED', reason: 'dpop_proof_required' };
    for (const operation of ['tokenObtainPair', 'tokenObtainSliding']) {
      const fields = operation === 'tokenObtainPair' ? 'access' : 'token';
      const query = `mutation { ${operation}(username: "alice", password: "wrong") { ${fields} } }`;
      for (let attempt = 0; attempt < 12; attempt += 1) {
        expect(refusalIn(await server.client.sendRaw({ query }))).toEqual(required); // never throttled
      }
    }
    expect(refusalIn(await client.obtain())).toBeNull();
  });

  test('tokens that are bound to no key are worth nothing: their user signs in again', async () => {
    const tokens = await server.auth.tokens.forUser(server.alice);
    const again = { reason: 'dpop_proof_required', action: 'LOGIN' };
    const query = 'mutation ($refresh: String!) { tokenRefresh(refresh: $refresh) { access } }';
    const variables = { refresh: tokens.refresh.token };
    const bearer = { token: tokens.access.token };
    expect(refusalIn(await server.client.sendRaw({ query: '{ hello }' }, bearer))).toMatchObject(again);
    expect(refusalIn(await client.refresh(tokens.refresh.token))).toMatchObject(again);
    expect(refusalIn(await server.client.sendRaw({ query, variables }))).toMatchObject({
      reason: 'dpop_proof_required',
    });
  });

  test('what gives no tokens needs no proof', async () => {
    const query = 'mutation { userRegister(username: "bob", password: "tall amber kettles") { username } }';
    expect((await server.client.sendRaw({ query })).errors).toEqual([]);
  });

  test('those who have one do all as before', async () => {
    const { access, refresh } = await client.signIn();
    expect((await client.hello(access)).errors).toEqual([]);
    expect((await client.refresh(refresh)).errors).toEqual([]);
  });

  test('an application makes bound tokens by itself', async () => {
    const tokens = await server.auth.tokens.forUser(server.alice, { boundTo: thumbprintOf(client.key) });
    expect((await client.hello(tokens.access.token)).errors).toEqual([]);
    expect((await client.refresh(tokens.refresh.token)).errors).toEqual([]);
  });
});

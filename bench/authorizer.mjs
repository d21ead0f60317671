/** Authorizer, a token server in Go, as a contestant: it keeps sessions and users in SQLite. */
import { dirname, join } from 'node:path';
import { ACCOUNT, freePort, run, temporaryFolder, whenAnswering } from './processes.mjs';
import { graphql } from './requests.mjs';

const ORIGIN = 'http://localhost:3000';
const asked = (query, variables, headers) => graphql(query, variables, { origin: ORIGIN, ...headers }); // it asks for one
const EMAIL = 'alice@example.org';
const AUTHORIZER_PASSWORD = 'Wonderland123!'; // by its own rule for passwords

/** `binary` is built in a checkout, and lies there, beside what it reads. Its `profile` is what comes nearest to `hello`. It refreshes at another address, which is not asked. */
export const authorizer = (binary) => ({
  name: 'authorizer',
  asks: {
    hello: ({ access }) => asked('query { profile { email } }', {}, { authorization: `Bearer ${access}` }),
    tokenVerify: ({ access }) =>
      asked(
        'query Verify($token: String!) { validate_jwt_token(params: { token_type: "access_token", token: $token }) { is_valid } }',
        { token: access },
      ),
    tokenObtainPair: () =>
      asked(
        `
          mutation ($email: String!, $password: String!) {
            tokenObtainPair: login(params: { email: $email, password: $password }) {
              access: access_token
              refresh: refresh_token
            }
          }
        `,
        { email: EMAIL, password: AUTHORIZER_PASSWORD },
      ),
  },
  async start() {
    const ports = { 'http-port': await freePort(), 'metrics-port': await freePort(), 'grpc-port': await freePort() };
    const url = `http://127.0.0.1:${ports['http-port']}`;
    const flags = {
      ...ports,
      host: '127.0.0.1',
      'allowed-origins': ORIGIN,
      url,
      'database-type': 'sqlite',
      'database-url': join(temporaryFolder(), 'authorizer.db'),
      'jwt-type': 'HS256',
      'jwt-secret': ACCOUNT.JWT_SIGNING_KEY,
      'encryption-key': ACCOUNT.JWT_SIGNING_KEY,
      'admin-secret': AUTHORIZER_PASSWORD,
      'client-id': 'bench',
      'client-secret': AUTHORIZER_PASSWORD,
      'disable-mfa': true,
      'grpc-insecure': true,
      'rate-limit-rps': 1e6, // it would soon refuse the load
      'rate-limit-burst': 1e6,
      'log-level': 'error',
    };
    const child = run(
      [binary, ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)],
      { GIN_MODE: 'release' },
      { cwd: dirname(binary) },
    );
    const account = { email: EMAIL, password: AUTHORIZER_PASSWORD, confirm_password: AUTHORIZER_PASSWORD };
    const signUp = asked('mutation ($params: SignUpRequest!) { signup(params: $params) { message } }', {
      params: account,
    });
    await whenAnswering(url);
    const answer = await (await fetch(`${url}/graphql`, signUp)).json();
    if (!answer.data) throw new Error(`Authorizer refused the account: ${JSON.stringify(answer)}`);
    return { child, pid: child.pid, url };
  },
});

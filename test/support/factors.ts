import type { TestServer } from './server.ts';
import { AuthenticatorApp } from './authenticator-app.ts';
import type { Answer, Client } from './client.ts';
import { ALL_ROOMS, PASSWORD } from './server.ts';
import {
  TokenObtainPairDocument,
  TokenObtainPairOtpDocument,
  TotpConfirmDocument,
  TotpSetUpDocument,
} from '../generated/operations.ts';

/** Settings with which users may have second factors. */
export const FACTOR_ENV = { SECOND_FACTOR: 'on', SECOND_FACTOR_KEYS: ALL_ROOMS.SECOND_FACTOR_KEYS } as const;

/** The reason of the first error of an answer. */
export const reasonOf = ({ errors: [error] }: Pick<Answer<unknown>, 'errors'>): unknown => error?.extensions['reason'];

/** A user with an authenticator app, and the recovery codes that go with it. */
export interface Enrolled {
  readonly app: AuthenticatorApp;
  readonly codes: readonly string[];
}

/** Adds an app to the account of a token, as a user does. */
export async function enrol({ client, clock }: Pick<TestServer, 'client' | 'clock'>, token: string): Promise<Enrolled> {
  const { totpSetUp } = await client.expect(TotpSetUpDocument, { password: PASSWORD }, { token });
  const app = new AuthenticatorApp(totpSetUp.uri);
  const { totpConfirm } = await client.expect(TotpConfirmDocument, { code: app.code(clock.read()) }, { token });
  clock.advance(30); // the code was used
  return { app, codes: totpConfirm.codes };
}

/** The challenge that a sign-in with the right password is answered with. */
export async function challengeOf(client: Client, username = 'alice', headers = {}): Promise<string> {
  const answer = await client.send(TokenObtainPairDocument, { username, password: PASSWORD }, { headers });
  const challenge = answer.errors[0]?.extensions['challenge'];
  if (typeof challenge !== 'string') throw new Error(`no challenge: ${JSON.stringify(answer.errors)}`);
  return challenge;
}

/** Answers a challenge. */
export const answerWith = (client: Client, challenge: string, code: string, headers = {}) =>
  client.send(TokenObtainPairOtpDocument, { challenge, code }, { headers });

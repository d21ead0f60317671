import { createPublicKey, createSecretKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { createAuth } from '../../src/graphql/auth.ts';
import { TokenBlacklistDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { endProcesses, runCli, startProcess } from '../support/process.ts';
import { encoded, rawToken, type Signer } from '../support/raw-token.ts';
import { jwkIn, kidOf, signWith, until } from '../support/ring.ts';
import { PASSWORD } from '../support/server.ts';
import { newPlace } from '../support/stores.ts';

export const ISSUER = 'https://auth.example.com';
export const AUDIENCE = 'orders';
/** Of alice, in all programs. */
export const USER_ID = '1';

type Tokens<Name extends string> = Readonly<Record<Name, string>>;
/** What is wrong with a token. */
export type Forgery = keyof ReturnType<typeof forgeriesOf>;

/** A server in a process of its own, with a key ring, and tokens for those that read its published keys. */
export interface Issuer {
  readonly origin: string;
  readonly jwksUrl: string;
  /** Of the command line, beside the server. */
  readonly env: Readonly<Record<string, string>>;
  readonly accepted: Tokens<'as issued' | 'with a claim more'>;
  readonly forged: Tokens<Forgery>;
  /** Lets a new key sign, beside the former one; resolves to an access token that it has signed. */
  rotate(): Promise<string>;
  remove(): Promise<void>;
}

export async function startIssuer(): Promise<Issuer> {
  const place = newPlace('sqlite');
  const keysDir = join(place.options.dataDir, 'keys');
  const env = {
    ...place.env,
    NODE_ENV: 'test',
    JWT_KEYS_DIR: keysDir,
    JWT_ISSUER: ISSUER,
    JWT_AUDIENCE: AUDIENCE,
    PASSWORD_HASH_COST: '4',
  };
  const keys = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCli(['keys', ...args], { env });
    if (code !== 0) throw new Error(`keys ${args[0]}: ${stdout}${stderr}`);
  };
  await keys('generate', '--algorithm', 'RS256');
  const auth = await createAuth({ ...place.options, keysDir, passwordHashCost: 4 });
  await auth.users.create({ username: 'alice', password: PASSWORD, id: USER_ID });
  await auth.close();
  const { url } = await startProcess({ env });
  const signIn = () => new Client(url).signIn('alice', PASSWORD);
  const { access, refresh } = await signIn();
  const signedOut = (await signIn()).refresh;
  await new Client(url).expect(TokenBlacklistDocument, { refresh: signedOut });
  const kid = String(kidOf(access));
  const more = { ...jwt.decode(access, { json: true }), plan: 'basic' };
  return {
    origin: new URL(url).origin,
    env,
    jwksUrl: new URL('/.well-known/jwks.json', url).href,
    // The second is made like the forged ones below, so that only what their name says can be wrong with those.
    accepted: { 'as issued': access, 'with a claim more': signWith(jwkIn(keysDir, kid), more) },
    forged: forgeriesOf({ access, refresh, signedOut }, jwkIn(keysDir, kid)),
    rotate: async () => {
      await keys('rotate', '--activate-after', '1s');
      let latest = access;
      await until(async () => kidOf((latest = (await signIn()).access)) !== kid);
      return latest;
    },
    remove: async () => {
      await endProcesses();
      await place.remove();
    },
  };
}

/** Of two tokens of a server and the key it has signed them with, as only a thief of the key's file knows it. */
function forgeriesOf({ access, refresh, signedOut }: Tokens<'access' | 'refresh' | 'signedOut'>, own: JsonWebKey) {
  const [header = '', payload = '', signature = ''] = access.split('.');
  const claims = { ...jwt.decode(access, { json: true }) };
  const { aud: _audience, ...forNobody } = claims;
  const { iss: _issuer, ...ofNobody } = claims;
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKey = createPublicKey({ key: own, format: 'jwk' });
  const kid = String(own['kid']);
  const signed = (signer: Signer, more: object) => {
    const head = { alg: signer.algorithm, typ: 'JWT', ...more };
    return rawToken(JSON.stringify(head), JSON.stringify(claims), signer);
  };
  const byStranger = (more: object) => signed({ algorithm: 'RS256', key: stranger.privateKey }, more);
  const bySecret = (key: string) => signed({ algorithm: 'HS256', key: createSecretKey(Buffer.from(key)) }, { kid });
  const now = Math.floor(Date.now() / 1000);
  return {
    'a changed signature': `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    'changed claims': `${header}.${encoded(JSON.stringify({ ...claims, user_id: '2' }))}.${signature}`,
    'no signature': `${encoded(JSON.stringify({ alg: 'none', typ: 'JWT', kid }))}.${payload}.`,
    'the public key as a secret': bySecret(publicKey.export({ type: 'spki', format: 'pem' }).toString()),
    'the public JWK as a secret': bySecret(JSON.stringify(publicKey.export({ format: 'jwk' }))),
    'another key': byStranger({ kid }),
    'another key that it brings along': byStranger({ kid, jwk: stranger.publicKey.export({ format: 'jwk' }) }),
    'a made-up kid': byStranger({ kid: 'made-up' }),
    'another issuer': signWith(own, { ...claims, iss: 'https://evil.example.com' }),
    'no issuer': signWith(own, ofNobody),
    'another audience': signWith(own, { ...claims, aud: 'other' }),
    'no audience': signWith(own, forNobody),
    'its time is over': signWith(own, { ...claims, iat: now - 900, exp: now - 600 }),
    'a refresh token': refresh,
    'a refresh token that was signed out': signedOut,
  };
}

import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { systemClock, type Clock } from '../../contracts/clock.ts';
import { SettingsError } from '../../contracts/settings/settings.ts';
import type { Algorithm, Settings } from '../../contracts/settings/settings-table.ts';
import { isSymmetric, readKey } from './key-material.ts';
import type { ListedKey } from './key-ring.ts';
import { publicJwkOf, thumbprintOf, type PublicJwk } from './public-jwk.ts';
import { deriveRefreshKey, refreshKeyOf, type RefreshKey } from './refresh-key.ts';
import { RemoteKeys } from './remote-keys.ts';
import { RingWatch, type RingListener } from './ring-watch.ts';
import type { TokenKey } from './token-key.ts';

/** What is known of a key beside what is in it: one that is in no ring has no dates, and a secret of its own no name. */
export type KeyDescription = Pick<ListedKey, 'algorithm' | 'state'> & {
  readonly [Name in 'kid' | 'createdAt' | 'signsFrom' | 'retiresAt']: ListedKey[Name] | null;
};

/** The keys of a token codec. */
export interface KeySource {
  /**
   * The key that signs a token of this type now, of any but refresh tokens by default. A token names it where it has a
   * `kid`, as those of a ring and refresh keys do.
   */
  signing(type?: unknown): TokenKey & { readonly kid: string | null };
  /** The key that verifies a token whose header names `kid`, or null if there is none. */
  find(kid: string | undefined): TokenKey | null | Promise<TokenKey | null>;
  /**
   * The `kid` of every key that is accepted now, for those who keep keys; null where tokens name none, and where the keys of
   * others are accepted.
   */
  accepted(): readonly string[] | null;
  /** The public keys by which others verify; none of HS algorithms. */
  published(): readonly PublicJwk[];
  /** All keys that sign and verify here, for operators. */
  describe(): readonly KeyDescription[];
  /** Bytes that only servers with these keys have. A rotation changes them. */
  readonly secret: () => KeyObject;
  /** Stops watching the ring, if there is one. */
  close(): void;
}

/** Where time comes from, and who is told what becomes of a ring, or why the keys at `JWT_JWK_URL` cannot be fetched. */
export interface KeysOptions {
  readonly clock?: Clock;
  readonly listener?: RingListener;
  readonly onFetchError?: (error: unknown) => void;
}

/** RFC 7638 with SHA-256: what all names of a ring are like. */
const THUMBPRINT = /^[\w-]{43}$/;

const NO_LISTENER: RingListener = { changed: () => {}, failed: () => {}, read: () => {} };

/**
 * Reads and checks the keys of the settings, once; those of a ring are read again when they change.
 *
 * @throws SettingsError if a key is missing, weak, or does not fit the algorithm.
 */
export async function loadKeys(
  settings: Settings,
  { clock = systemClock, listener = NO_LISTENER, onFetchError = () => {} }: KeysOptions = {},
): Promise<KeySource> {
  const { algorithm, signingKey, keysDir, refreshOwnKey } = settings;
  if (keysDir !== undefined) {
    const single = signingKey === undefined ? null : await readSingle(settings, signingKey);
    return ringKeys(await RingWatch.open(keysDir, listener), { single, refreshOwnKey, clock });
  }
  if (signingKey === undefined) {
    throw new SettingsError([`JWT_SIGNING_KEY: not set, expected a key for ${algorithm}.`]);
  }
  return singleKeys(settings, await readSingle(settings, signingKey), { clock, onFetchError });
}

interface SingleKey {
  readonly signing: TokenKey;
  readonly verifying: TokenKey;
  /** All that verify refresh tokens beside it; the first signs them, unless refresh tokens have no key of their own. */
  readonly refresh: readonly RefreshKey[];
}

async function readSingle(settings: Settings, signingKey: string): Promise<SingleKey> {
  const pair = readPair(settings, signingKey);
  const given = readRefreshKey(settings, pair.signing.key);
  const refresh: RefreshKey[] = given === null ? [] : [await refreshKeyOf(given)];
  // One secret is shared with those who read refresh tokens, too: with Django, for one.
  if (!isSymmetric(settings.algorithm)) refresh.push(await deriveRefreshKey(pair.signing.key));
  return { ...pair, refresh };
}

function readRefreshKey({ refreshSigningKey }: Settings, signing: KeyObject): KeyObject | null {
  if (refreshSigningKey === undefined) return null;
  const key = readKey('JWT_REFRESH_SIGNING_KEY', refreshSigningKey, 'secret', 'HS256');
  if (!key.equals(signing)) return key;
  throw new SettingsError(['JWT_REFRESH_SIGNING_KEY: got the secret of JWT_SIGNING_KEY, expected another one.']);
}

function readPair({ algorithm, verifyingKey }: Settings, signingKey: string): Omit<SingleKey, 'refresh'> {
  if (isSymmetric(algorithm)) {
    const secret = { key: readKey('JWT_SIGNING_KEY', signingKey, 'secret', algorithm), algorithm };
    return { signing: secret, verifying: secret };
  }
  const signing = readKey('JWT_SIGNING_KEY', signingKey, 'private', algorithm);
  const own = createPublicKey(signing);
  const given = verifyingKey === undefined ? own : readKey('JWT_VERIFYING_KEY', verifyingKey, 'public', algorithm);
  if (!given.equals(own)) {
    const problem = 'got a key that does not belong to JWT_SIGNING_KEY, expected its public half';
    throw new SettingsError([`JWT_VERIFYING_KEY: ${problem}.`]);
  }
  return { signing: { key: signing, algorithm }, verifying: { key: own, algorithm } };
}

async function singleKeys(
  { algorithm, jwkUrl, refreshOwnKey }: Settings,
  { signing, verifying, refresh }: SingleKey,
  { clock, onFetchError }: Required<Pick<KeysOptions, 'clock' | 'onFetchError'>>,
): Promise<KeySource> {
  const published = isSymmetric(algorithm)
    ? []
    : [publicJwkOf(verifying.key, await thumbprintOf(verifying.key), algorithm)];
  const remoteParts = { algorithms: [algorithm], clock, onError: onFetchError };
  const remote = jwkUrl === undefined ? null : new RemoteKeys({ url: jwkUrl, ...remoteParts });
  const signer = { ...signing, kid: null }; // as simplejwt's tokens, to the byte
  const refreshSigner = (refreshOwnKey ? refresh[0] : undefined) ?? signer;
  return {
    signing: (type) => (type === 'refresh' ? refreshSigner : signer),
    find: (kid) => {
      if (kid === undefined) return verifying;
      return named(refresh, kid) ?? (remote === null ? verifying : remote.find(kid));
    },
    accepted: () => (remote !== null || published.length === 0 ? null : published.map(({ kid }) => kid)),
    published: () => published,
    describe: () => [alone('signing', algorithm, published[0]?.kid)],
    secret: () => secretOf(signing.key),
    close: () => {},
  };
}

interface RingOptions {
  /** Verifies the tokens from before there was a ring: those that name no key, and refresh tokens. */
  readonly single: SingleKey | null;
  readonly refreshOwnKey: boolean;
  readonly clock: Clock;
}

function ringKeys(watch: RingWatch, { single, refreshOwnKey, clock }: RingOptions): KeySource {
  const unnamed = single?.verifying ?? null;
  const signer = () => {
    const key = watch.ring.signer(clock());
    if (key === null) throw new Error('a ring without keys is in use');
    return key;
  };
  return {
    signing: (type) => {
      const { signing: key, algorithm, kid, refresh } = signer();
      return type === 'refresh' && refreshOwnKey ? refresh : { key, algorithm, kid };
    },
    find: async (kid) => {
      if (kid === undefined) return unnamed;
      if (!THUMBPRINT.test(kid)) return null;
      const found = watch.ring.find(kid, clock()) ?? named(single?.refresh ?? [], kid);
      if (found !== null) return found;
      await watch.lookAgain();
      return watch.ring.find(kid, clock());
    },
    accepted: () => watch.ring.accepted(clock()).map(({ kid }) => kid),
    published: () => watch.ring.accepted(clock()).flatMap(({ publicJwk }) => publicJwk ?? []),
    describe: () => {
      const listed = watch.ring.list(clock());
      return unnamed === null ? listed : [...listed, alone('verifying', unnamed.algorithm)];
    },
    secret: () => secretOf(signer().signing),
    close: () => watch.close(),
  };
}

const named = (keys: readonly RefreshKey[], kid: string): RefreshKey | null =>
  keys.find((key) => key.kid === kid) ?? null;

/** A key that is in no ring. */
const alone = (state: 'signing' | 'verifying', algorithm: Algorithm, kid: string | null = null): KeyDescription => ({
  kid,
  algorithm,
  state,
  createdAt: null,
  signsFrom: null,
  retiresAt: null,
});

/** Each attempt that is counted asks for it, and a private key is slow to export. */
const secrets = new WeakMap<KeyObject, KeyObject>();

function secretOf(key: KeyObject): KeyObject {
  if (key.type === 'secret') return key;
  const known = secrets.get(key);
  if (known) return known;
  const secret = createSecretKey(key.export({ type: 'pkcs8', format: 'der' }));
  secrets.set(key, secret);
  return secret;
}

import { createSecretKey } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { NearMiss } from '../contracts/settings/near-misses.ts';
import { authTable, type ServerSettings, type Settings } from '../contracts/settings/settings-table.ts';
import { isSymmetric, readKey } from '../core/keys/key-material.ts';
import { NOTHING_READ, readRing } from '../core/keys/ring-folder.ts';
import { whyWeak } from '../core/keys/weak-secret.ts';
import { DEVELOPMENT_KEY_FILE } from './development.ts';

const LOOPBACK = /^((::ffff:)?127\.[\d.]+|::1|(.+\.)?localhost)$/i;
/** All that other users may do, and writing for the group: reading is what mounted secrets let the group of a process do. */
const OPEN = 0o027;
const STICKY = 0o1000;
/** Settings that hold a key which signs, or the path of its file. */
const SIGNING_KEYS = (Object.keys(authTable) as (keyof Settings)[]).filter(
  (key): key is 'signingKey' | 'refreshSigningKey' => authTable[key].env.endsWith('SIGNING_KEY'),
);

/** What is dangerous about the way a server is started, each in a line; empty where nothing is. Shows nothing of a key. */
export async function startWarnings(settings: ServerSettings, nearMisses: readonly NearMiss[]): Promise<string[]> {
  // What cannot be read stops the start, which says so.
  const { found } = await readRing(settings.keysDir ?? '', NOTHING_READ).catch(() => NOTHING_READ);
  const ring = Array.from(found, ([kid, { key }]) => ({
    path: join(settings.keysDir ?? '', `${kid}.json`),
    key: key.signing,
  }));
  const files = ring.map(({ path }) => ({ name: path, path }));
  return [
    ...openToTheNetwork(settings),
    ...nearMisses.map(({ name, meant }) => `${name} is not a setting and has no effect. Did you mean ${meant}?`),
    ...(await openFiles(settings, files)),
    ...[...single(settings), ...ring, ...ofFactors(settings)].flatMap(({ path, key }) => {
      const why = key.type === 'secret' ? whyWeak(key.export()) : null;
      return why === null
        ? []
        : [`${path}: the secret can be guessed, as it ${why}. Make another: openssl rand -base64 48`];
    }),
  ];
}

function openToTheNetwork(settings: ServerSettings): string[] {
  const { nodeEnv, host, graphiql, console, graphqlIntrospection, email, smtpUrl } = settings;
  if (nodeEnv === 'production' || LOOPBACK.test(host)) return [];
  const open = [
    ...(nodeEnv === 'development' ? ['the demo account'] : []),
    ...(graphiql === false ? [] : ['GraphiQL']),
    ...(console === false ? [] : ['the console']),
    ...(graphqlIntrospection === false ? [] : ['introspection']),
    ...(email && smtpUrl === undefined ? ['the mails at /mail'] : []),
  ];
  if (open.length === 0) return [];
  const found = `HOST is ${host} and NODE_ENV is ${nodeEnv} (its default is development)`;
  return [`${found}, so the network can reach ${open.join(', ')}. Set NODE_ENV=production, or HOST=127.0.0.1`];
}

interface KeyFile {
  /** Never the value of a setting: it may be the key itself. */
  readonly name: string;
  readonly path: string;
}

/** Key files, and the folder of the ring, that others than their owner can read or write. */
async function openFiles(settings: ServerSettings, ring: readonly KeyFile[]): Promise<string[]> {
  const { keysDir, dataDir } = settings;
  const candidates: KeyFile[] = [
    ...(keysDir === undefined ? [] : [{ name: keysDir, path: keysDir }]),
    ...ring,
    ...SIGNING_KEYS.map((key) => ({ name: `the file of ${authTable[key].env}`, path: settings[key] ?? '' })),
    { name: join(dataDir, DEVELOPMENT_KEY_FILE), path: join(dataDir, DEVELOPMENT_KEY_FILE) },
  ];
  const lines = candidates.map(async ({ name, path }) => {
    const mode = await modeOf(path);
    if (mode === null || (mode & OPEN) === 0) return [];
    const wanted = path === keysDir ? '700' : '600';
    return [`Other users can read or write ${name}: its mode is ${mode.toString(8)}. Expected ${wanted}, by chmod`];
  });
  return (await Promise.all(lines)).flat();
}

/**
 * Null where there is no such file, as a key that was given as text is none; and where it tells nothing: Windows has no modes, and
 * Kubernetes mounts secrets read-only in a folder that all may write, with the sticky bit.
 */
async function modeOf(path: string): Promise<number | null> {
  if (process.platform === 'win32') return null;
  return stat(path).then(
    ({ mode }) => ((mode & STICKY) === 0 ? mode & 0o777 : null),
    () => null,
  );
}

/** Anyone who guesses one can read the secrets of authenticator apps in a dump, and forge sign-ins that wait for a code. */
const ofFactors = ({ secondFactor, secondFactorKeys = [] }: ServerSettings) =>
  (secondFactor ? secondFactorKeys : []).map((text) => ({
    path: authTable.secondFactorKeys.env,
    key: createSecretKey(text, 'utf8'),
  }));

function single(settings: ServerSettings) {
  const { algorithm } = settings;
  return SIGNING_KEYS.flatMap((setting) => {
    const given = settings[setting];
    const used = setting === 'refreshSigningKey' ? 'HS256' : algorithm;
    if (typeof given !== 'string' || !isSymmetric(used)) return [];
    const { env } = authTable[setting];
    try {
      return [{ path: env, key: readKey(env, given, 'secret', used) }];
    } catch {
      return [];
    }
  });
}

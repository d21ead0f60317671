import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidInput } from '../contracts/errors.ts';
import { SettingsError } from '../contracts/settings/settings.ts';
import type { ServerSettings } from '../contracts/settings/settings-table.ts';
import type { Auth } from '../graphql/auth.ts';

/** In `DATA_DIR`. */
export const DEVELOPMENT_KEY_FILE = 'development-signing-key';

/**
 * The settings with a signing key: outside production one is made once for HS algorithms and kept in `DATA_DIR`, so
 * that tokens outlive a restart.
 *
 * @throws SettingsError if the folder cannot be written
 */
export function withDevelopmentKey(settings: ServerSettings): ServerSettings {
  const hasKey = settings.signingKey !== undefined || settings.keysDir !== undefined;
  if (hasKey || !settings.algorithm.startsWith('HS') || settings.nodeEnv === 'production') return settings;
  const file = join(settings.dataDir, DEVELOPMENT_KEY_FILE);
  try {
    mkdirSync(settings.dataDir, { recursive: true, mode: 0o700 });
    return { ...settings, signingKey: readOrMakeKey(file) };
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    const problem = error instanceof Error ? error.message : String(error);
    throw new SettingsError(
      [
        `DATA_DIR: cannot keep a signing key in ${file}: ${problem}; expected a folder that this user can write, or a key in JWT_SIGNING_KEY.`,
      ],
      { cause: error },
    );
  }
}

function readOrMakeKey(file: string): string {
  if (!existsSync(file)) {
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, randomBytes(64).toString('base64url'), { mode: 0o600 });
    try {
      // Of two processes that start together one makes the file, whole at once, and both read it.
      linkSync(draft, file);
    } catch (error) {
      if (!existsSync(file)) throw error;
    } finally {
      unlinkSync(draft);
    }
  }
  const key = readFileSync(file, 'utf8');
  if (key === '')
    throw new SettingsError([`DATA_DIR: the signing key in ${file} is empty; delete the file, and a new key is made.`]);
  return key;
}

/** An account to try things with. */
export interface DemoUser {
  readonly username: string;
  readonly password: string;
}

const DEMO = 'demo';

/** The name of that account, where there is one to try things with. */
export async function demoName({ nodeEnv }: ServerSettings, auth: Auth): Promise<string | null> {
  if (nodeEnv !== 'development') return null;
  const demo = await auth.users.findByUsername(DEMO).catch(() => null); // the page is there while the store is not
  return demo?.username ?? null;
}

/** Makes the user `demo` in a store that has no user yet; null if it has some. */
export async function createDemoUser(auth: Auth): Promise<DemoUser | null> {
  if ((await auth.users.list(1)).length > 0) return null;
  const demo = { username: DEMO, password: randomBytes(12).toString('base64url') };
  try {
    await auth.users.create(demo);
    return demo;
  } catch (error) {
    if (error instanceof InvalidInput) return null; // another process was first
    throw error;
  }
}

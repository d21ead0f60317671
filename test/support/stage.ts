import { pino } from 'pino';
import { settingsFromEnvironment } from '../../src/contracts/settings/settings.ts';
import type { Auth } from '../../src/graphql/auth.ts';
import { startServer } from '../../src/server/server.ts';
import { Client } from './client.ts';
import { runCommand } from './command.ts';
import { TEST_ENV, type CliResult } from './process.ts';
import { PASSWORD } from './server.ts';
import { newPlace, type Place, type StoreKind } from './stores.ts';

/** A store with a server on it, and the command line beside it, which opens the store anew for each command. */
export interface Stage {
  readonly place: Place;
  readonly client: Client;
  /** That of the server. */
  readonly auth: Auth;
  cli(args: readonly string[], input?: string): Promise<CliResult>;
  /** Makes an account; resolves to its id. */
  createUser(username: string): Promise<string>;
  /** Signs in at the server. */
  signIn(username: string, password?: string): Promise<{ readonly access: string; readonly refresh: string }>;
  remove(): Promise<void>;
}

export async function setStage(kind: StoreKind, more: NodeJS.ProcessEnv = {}): Promise<Stage> {
  const place = newPlace(kind);
  const env = { ...TEST_ENV, ...place.env, ...more };
  const settings = settingsFromEnvironment({ ...env, PORT: '0' });
  const server = await startServer({ settings, log: pino({ level: 'silent' }) });
  const client = new Client(server.url);
  return {
    place,
    client,
    auth: server.auth,
    cli: (args, input = '') => runCommand(args, { env, input }),
    createUser: async (username) => (await server.auth.users.create({ username, password: PASSWORD })).id,
    signIn: (username, password = PASSWORD) => client.signIn(username, password),
    remove: async () => {
      await server.close();
      await place.remove();
    },
  };
}

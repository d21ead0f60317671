import { pino } from 'pino';
import { settingsFromEnvironment } from '../../src/contracts/settings/settings.ts';
import type * as Server from '../../src/server/server.ts';
import { PASSWORD, TestClock, TEST_KEY } from '../support/server.ts';
import { newPlace, type StoreKind } from '../support/stores.ts';

export interface BuiltServer extends Server.RunningServer {
  readonly clock: TestClock;
  remove(): Promise<void>;
}

/** The server as `npm run build` made it, with the user alice, in a time that the test moves. */
export async function startBuiltServer(
  env: Readonly<Record<string, string>> = {},
  kind: StoreKind = 'sqlite',
): Promise<BuiltServer> {
  const { startServer } = (await import(new URL('../../dist/server/server.js', import.meta.url).href)) as typeof Server;
  const place = newPlace(kind);
  const clock = new TestClock();
  const settings = settingsFromEnvironment({
    NODE_ENV: 'test',
    PORT: '0',
    JWT_SIGNING_KEY: TEST_KEY,
    PASSWORD_HASH_COST: '4',
    ...place.env,
    ...env,
  });
  const server = await startServer({ settings, clock: clock.read, log: pino({ level: 'silent' }) });
  await server.auth.users.create({ username: 'alice', password: PASSWORD });
  return {
    ...server,
    clock,
    remove: async () => {
      await server.close();
      await place.remove();
    },
  };
}

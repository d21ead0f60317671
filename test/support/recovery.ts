import type { Hooks } from '../../src/contracts/hooks.ts';
import { Mailbox } from './mailbox.ts';
import { startTestServer, type TestServer, type TestServerOptions } from './server.ts';
import type { StoreKind } from './stores.ts';

/** A server that sends its mails to a real one. Alice has an address, which counts as hers. */
export interface RecoveryServer extends TestServer {
  readonly mailbox: Mailbox;
  /** Sends what is due. */
  deliver(): Promise<void>;
}

export const ALICE = 'Alice@example.com';
const ALL_ON = { EMAIL: 'on', PASSWORD_RESET: 'on', NOTICES: 'on', USER_ADMINISTRATION: 'on', REGISTRATION: 'on' };

export async function startRecoveryServer(
  kind: StoreKind,
  { env = {}, ...options }: TestServerOptions & { readonly hooks?: Hooks } = {},
): Promise<RecoveryServer> {
  const mailbox = await Mailbox.open();
  const server = await startTestServer(kind, { ...options, env: { ...ALL_ON, ...mailbox.env, ...env } });
  await server.auth.rooms.recovery?.setEmail(server.alice.id, ALICE);
  return {
    ...server,
    mailbox,
    deliver: async () => void (await server.auth.deliverMail()),
    remove: async () => {
      await server.remove();
      await mailbox.close();
    },
  };
}

import { createTokenStore, type TokenStore, type TokenStoreOptions } from '../../src/client/index.ts';
import { PASSWORD, type TestServer } from '../support/server.ts';

// The devices are browsers: stores of pages share a session, stores of other programs do not.
Object.assign(globalThis, { document: {} });

/** What becomes of one request. */
type Fate = 'lost' | 'unsent' | Response;

/**
 * The network between one client and the server under test: it notes which operations were sent, and can lose an answer,
 * be down, or answer in the server's place, as a hotel's sign-in page does.
 */
class Network {
  /** The names of the root fields sent so far. */
  readonly sent: string[] = [];
  /** What becomes of the next requests; real answers after that. */
  readonly fates: Fate[] = [];
  isDown = false;

  readonly fetch: typeof fetch = async (input, init) => {
    const { query } = JSON.parse(init?.body as string) as { query: string };
    this.sent.push(/\b(token\w+|hello|me|session\w+|password\w+)\b\s*[({\n}]/.exec(query)?.[1] ?? query);
    const fate = this.isDown ? 'unsent' : this.fates.shift();
    if (fate instanceof Response) return fate;
    if (fate === 'unsent') throw new TypeError('fetch failed');
    const response = await fetch(input, init);
    if (fate === 'lost') throw new TypeError('terminated');
    return response;
  };

  /** How often a field was asked for. */
  count(field: string): number {
    return this.sent.filter((name) => name === field).length;
  }
}

/** A client of the server under test, in its time. */
export interface TestDevice {
  readonly network: Network;
  readonly tokens: TokenStore;
}

const open: TokenStore[] = [];

export function newDevice(server: TestServer, options: TokenStoreOptions = {}): TestDevice {
  const network = new Network();
  const usual = { url: server.url, fetch: network.fetch, clock: server.clock.read, sleep: async () => {} };
  const tokens = createTokenStore({ ...usual, ...options });
  open.push(tokens);
  return { network, tokens };
}

/** A client with alice signed in. */
export async function signedInDevice(server: TestServer, options: TokenStoreOptions = {}): Promise<TestDevice> {
  const device = newDevice(server, options);
  await device.tokens.signIn('alice', PASSWORD);
  return device;
}

/** For `afterEach`. */
export function closeDevices(): void {
  for (const tokens of open.splice(0)) tokens.close();
}

/** The tokens that are held; a test that calls this expects some. */
export function heldBy({ tokens }: TestDevice) {
  const state = tokens.getState();
  if (state.status !== 'signed-in') throw new Error(`expected to be signed in, was ${JSON.stringify(state)}`);
  return state.tokens;
}

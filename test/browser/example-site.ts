import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const VITE = join(root, 'node_modules', 'vite', 'bin', 'vite.js');

/** `examples/web`, built and served beside a server: its `/graphql` is that server's. */
export class ExampleSite {
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(
    readonly url: string,
    process: ChildProcess,
    folder: string,
  ) {
    this.#process = process;
    this.#folder = folder;
  }

  static async start(graphqlUrl: string, settings: Readonly<Record<string, string>> = {}): Promise<ExampleSite> {
    const folder = mkdtempSync(join(tmpdir(), 'simplejwt-example-'));
    const port = String(await freePort());
    const { PATH = '', HOME = '' } = process.env;
    const env = { PATH, HOME, GRAPHQL_SERVER: new URL(graphqlUrl).origin, ...settings };
    const common = ['--config', 'examples/web/vite.config.js', '--outDir', folder];
    const built = spawnSync(process.execPath, [VITE, 'build', ...common], { cwd: root, env, encoding: 'utf8' });
    if (built.status !== 0) throw new Error(built.stdout + built.stderr);
    const args = [VITE, 'preview', ...common, '--port', port, '--strictPort', '--host', '127.0.0.1'];
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`vite preview ended with ${code}`)));
      child.stdout.on('data', (chunk: Buffer) => chunk.includes('Local') && resolve());
    });
    return new ExampleSite(`http://127.0.0.1:${port}/`, child, folder);
  }

  async close(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill();
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A port that nothing listens on now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

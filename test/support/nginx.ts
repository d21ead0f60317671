import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { until } from './ring.ts';

/** nginx in front of servers under test. */
export interface RunningNginx {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts nginx with a site of ours, which listens where `listen` says; resolves when it answers. */
export async function startNginx(site: string, listen: RegExp): Promise<RunningNginx> {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
  const port = await freePort();
  const inPlace = site.replace(listen, `listen 127.0.0.1:${port};`);
  const kept = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const main = `daemon off; master_process off; pid ${folder}/pid; error_log stderr; events {}
    http { access_log off; ${kept.join(' ')} ${inPlace} }`;
  writeFileSync(join(folder, 'nginx.conf'), main);
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  const output = text(child.stderr);
  const ended = once(child, 'exit');
  const died = Promise.race([ended, once(child, 'error')]).then(async () => {
    throw new Error(`nginx ended: ${await output}`);
  });
  await Promise.race([until(() => isListening(port)), died]);
  died.catch(() => {});
  const stop = async () => {
    child.kill('SIGQUIT');
    await ended;
    rmSync(folder, { recursive: true });
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ port, path: '/healthz' }, (response) => resolve(response.resume().statusCode === 200));
    asked.on('error', () => resolve(false)).end();
  });
}

/** Posts JSON from an address of this machine that is not the usual one. */
export async function postFrom(
  localAddress: string,
  url: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const asked = request(url, {
    method: 'POST',
    localAddress,
    agent: false,
    headers: { 'content-type': 'application/json', ...headers },
  });
  asked.end(JSON.stringify(body));
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return JSON.parse(await text(response)) as unknown;
}

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { once } from 'node:events';

const STAND_IN = '@jongodb/memory-server-bin-linux-x64-gnu';
const { resolve } = createRequire(new URL('../mongodb-stand-in/package.json', import.meta.url));

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

function findStandIn() {
  try {
    return resolve(`${STAND_IN}/package.json`).replace('package.json', 'bin/jongodb');
  } catch {
    return null;
  }
}

/**
 * A server that speaks MongoDB's protocol: the one at MONGODB_URI, else the in-memory stand-in, else none.
 *
 * @returns {Promise<{ uri: string | null, stop: () => Promise<void> }>} the URI names no database
 */
export async function startMongoDb() {
  const nothingToStop = async () => {};
  if (process.env.MONGODB_URI) return { uri: process.env.MONGODB_URI, stop: nothingToStop };
  const binary = findStandIn();
  if (binary === null) return { uri: null, stop: nothingToStop };
  const port = await freePort();
  const server = spawn(binary, [`--port=${port}`, '--database=app'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const uri = await new Promise((resolveUri, reject) => {
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`the MongoDB stand-in exited with ${code}`)));
    server.stdout.on('data', (chunk) => {
      const match = /JONGODB_URI=(mongodb:\/\/[^/\s]+)/.exec(String(chunk));
      if (match) resolveUri(match[1]);
    });
  });
  server.removeAllListeners('exit');
  return {
    uri,
    stop: async () => {
      server.kill();
      await once(server, 'exit');
    },
  };
}

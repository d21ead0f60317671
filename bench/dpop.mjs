/**
 * What a DPoP proof costs: `npm run build && node bench/dpop.mjs [--rounds 30]`.
 *
 * Compares the CPU time of a server for `hello` with a bound token and a proof (of one key, for each algorithm) with that for `hello`
 * with a bearer token, in turns: of the same server, and of one with JWT_DPOP=off; with the account and the session read from SQLite,
 * and stateless. The signature is what no server can save: it fails where a proof of ES256 takes more than twice its signature.
 */
import { spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign, verify } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from './numbers.mjs';

/** Times that of a signature of ES256. */
const MOST = 2;
/** Of a kind, before the next one has its turn. */
const REQUESTS = 1600;
/** In rounds: the compiler takes its time. */
const WARM_UP = 5;
const ADDRESS = 'https://api.example.com';
const { values: options } = parseArgs({
  options: {
    build: { type: 'string', default: join(import.meta.dirname, '../dist') },
    rounds: { type: 'string', default: '30' },
    connections: { type: 'string', default: '32' },
    authentication: { type: 'string', default: 'session,stateless' },
    profile: { type: 'string' },
  },
});
const rounds = Number(options.rounds);
const { createAuth } = await import(join(options.build, 'index.js'));

const sha256 = (text) => createHash('sha256').update(text).digest('base64url');
const encoded = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');

/** A client with a key. Its names of proofs begin with the time, as those of our client, or have nothing but chance. */
function clientWith(alg, newName = () => Date.now().toString(36) + randomBytes(16).toString('base64url')) {
  const { privateKey, publicKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { kty, crv, x, y, n, e } = publicKey.export({ format: 'jwk' });
  const members = alg === 'ES256' ? { crv, kty, x, y } : { e, kty, n };
  const header = encoded({ typ: 'dpop+jwt', alg, jwk: members });
  const signatureOf = (text) => sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return {
    thumbprint: sha256(JSON.stringify(members)),
    proofFor(token) {
      const iat = Math.floor(Date.now() / 1000);
      const claims = { jti: newName(), htm: 'POST', htu: `${ADDRESS}/graphql`, iat, ath: sha256(token) };
      const signed = `${header}.${encoded(claims)}`;
      return `${signed}.${signatureOf(signed).toString('base64url')}`;
    },
    /** CPU time of verifying one signature, in microseconds. */
    signatureTime() {
      const signed = Buffer.from('a'.repeat(500));
      const signature = signatureOf(signed);
      const key = { key: publicKey, dsaEncoding: 'ieee-p1363' };
      const before = process.cpuUsage();
      for (let count = 0; count < 5000; count++) verify('sha256', signed, key, signature);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 5000;
    },
  };
}
const CLIENTS = {
  ES256: clientWith('ES256'),
  'ES256, random jti': clientWith('ES256', randomUUID),
  RS256: clientWith('RS256'),
};

/** A server with a user who has a token that is bound to no key, and one for each client. */
async function start(dpop, authentication, port) {
  const folder = mkdtempSync(join(tmpdir(), 'simplejwt-dpop-'));
  const signingKey = 'k'.repeat(64);
  const auth = await createAuth({ dataDir: folder, signingKey, accessTokenLifetime: '1d' });
  const user = await auth.users.create({ username: 'alice', password: 'tall amber kettles' });
  const tokenFor = async (boundTo) => (await auth.tokens.forUser(user, { boundTo })).access.token;
  const bearer = await tokenFor();
  const bound = {};
  for (const [alg, { thumbprint }] of Object.entries(CLIENTS)) bound[alg] = await tokenFor(thumbprint);
  await auth.close();
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    PORT: String(port),
    LOG_LEVEL: 'error',
    DATA_DIR: folder,
    JWT_SIGNING_KEY: signingKey,
    JWT_DPOP: dpop,
    JWT_AUTHENTICATION: authentication,
    PUBLIC_URL: ADDRESS,
    JWT_ACCESS_TOKEN_LIFETIME: '1d',
  };
  const isProfiled = options.profile !== undefined && dpop !== 'off';
  const flags = isProfiled ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [];
  const child = spawn(process.execPath, [...flags, join(options.build, 'main.js'), 'start'], { env, stdio: 'inherit' });
  const server = { port, bearer, bound, child, folder };
  while (child.exitCode === null) {
    try {
      await hello(server);
      return server;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error('the server has ended');
}

const BODY = JSON.stringify({ query: '{ hello }' });
async function hello({ port, bearer }) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${bearer}` };
  const answer = await fetch(`http://127.0.0.1:${port}/graphql`, { method: 'POST', headers, body: BODY });
  if (!(await answer.text()).includes('Hello')) throw new Error('nobody was greeted');
}

/** As many connections as are asked for: sends a request over each, and the next when all are answered with a greeting. */
async function connectTo({ port }) {
  const sockets = await Promise.all(
    Array.from({ length: Number(options.connections) }, async () => {
      const socket = connect(port, '127.0.0.1');
      socket.setNoDelay(true);
      socket.setEncoding('latin1');
      await once(socket, 'connect');
      return socket;
    }),
  );
  const greeted = async (socket, request) => {
    socket.write(request);
    let answer = '';
    while (!answer.trimEnd().endsWith('}')) [answer] = [answer + (await once(socket, 'data'))[0]];
    if (!answer.includes('Hello')) throw new Error(answer);
  };
  return {
    async send(requests) {
      for (let sent = 0; sent < requests.length; sent += sockets.length)
        await Promise.all(
          requests.slice(sent, sent + sockets.length).map((request, n) => greeted(sockets[n], request)),
        );
    },
    close: () => sockets.forEach((socket) => socket.destroy()),
  };
}

function requestWith(headers) {
  const lines = Object.entries({
    host: 'a',
    'content-type': 'application/json',
    'content-length': BODY.length,
    ...headers,
  });
  return `POST /graphql HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${BODY}`;
}

/** CPU time of all threads of a process so far, in microseconds. */
function cpuOf({ child: { pid } }) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const times = threads.map((id) => Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]));
  return times.reduce((sum, time) => sum + time, 0) / 1000;
}

/** CPU time of one of these requests, in microseconds. */
async function measure(server, requests) {
  const connections = await connectTo(server);
  const before = cpuOf(server);
  await connections.send(requests);
  const cpu = cpuOf(server) - before;
  connections.close();
  return cpu / requests.length;
}

const shown = (time) => time.toFixed(0).padStart(7);
const kinds = Object.keys(CLIENTS);
const repeated = (make) => Array.from({ length: REQUESTS }, make);
const asBearer = (server) =>
  measure(
    server,
    repeated(() => requestWith({ authorization: `Bearer ${server.bearer}` })),
  );
const withProof = (server, kind) => {
  const authorization = `DPoP ${server.bound[kind]}`;
  const dpop = () => CLIENTS[kind].proofFor(server.bound[kind]);
  return measure(
    server,
    repeated(() => requestWith({ authorization, dpop: dpop() })),
  );
};

/** Prints the figures of a kind of authentication; resolves to what a proof of each algorithm adds. */
async function compare(authentication) {
  const servers = [await start('optional', authentication, 4771), await start('off', authentication, 4772)];
  const [on, off] = servers;
  try {
    const taken = [];
    for (let round = 0; round < rounds + WARM_UP; round++) {
      const times = { off: await asBearer(off), bearer: await asBearer(on) };
      for (const kind of kinds) times[kind] = await withProof(on, kind);
      if (round < WARM_UP) continue;
      taken.push(times);
      console.log(`${authentication}:${Object.values(times).map(shown).join('')} us: ${Object.keys(times).join(', ')}`);
    }
    const of = (figure) => median(taken.map(figure));
    console.log(
      `hello takes ${of(({ bearer, off: without }) => bearer / without).toFixed(2)} times as long as with JWT_DPOP=off`,
    );
    return kinds.map((kind) => {
      const extra = of((times) => times[kind] - times.bearer);
      const ratio = of((times) => times[kind] / times.bearer).toFixed(2);
      console.log(`with a proof of ${kind} ${ratio} times as long as without: ${extra.toFixed(0)} us more`);
      return { kind, extra };
    });
  } finally {
    for (const { child, folder } of servers) {
      child.kill('SIGTERM');
      await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

for (const authentication of options.authentication.split(',')) {
  const extras = await compare(authentication);
  for (const { kind, extra } of extras) {
    const signature = CLIENTS[kind].signatureTime();
    console.log(`a signature of ${kind} takes ${signature.toFixed(0)} us of that`);
    if (kind === 'ES256' && extra > MOST * signature) process.exitCode = 1;
  }
}

/**
 * The transport itself: `node:http` that reads a body and answers the bytes of this server, checking nothing. With `COMMITS`, the
 * answer to `/tokenRefresh` waits until the update of a session is on the disk, in one transaction with those of its turn.
 */
import { createServer } from 'node:http';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { claimsOf, listening, SECRET } from './account.mjs';

const HOUR = 3600;
const id = claimsOf('').jti;
const token = (type) => jwt.sign({ ...claimsOf(type), user_id: id, sid: id }, SECRET, { expiresIn: HOUR });
const pair = { access: token('access'), refresh: token('refresh') };
const ANSWERS = Object.fromEntries(
  Object.entries({
    hello: 'Hello, alice!',
    tokenVerify: { userId: id },
    tokenRefresh: pair,
    tokenObtainPair: pair,
  }).map(([name, data]) => [`/${name}`, `${JSON.stringify({ data: { [name]: data } })}\n`]),
);
const HEADERS = { 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' };

const commit = process.env.COMMITS ? await committer() : (done) => done();

async function committer() {
  const { default: Database } = await import('libsql');
  const database = new Database(join(process.env.DATA_DIR, 'wire.db'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec('CREATE TABLE sessions (id INTEGER PRIMARY KEY, jti TEXT, previous_jti TEXT, last_used_at INTEGER)');
  for (let session = 0; session < 1000; session++)
    database.prepare('INSERT INTO sessions VALUES (?, ?, ?, 0)').run([session, id, id]);
  const update = database.prepare('UPDATE sessions SET jti = ?, previous_jti = jti, last_used_at = ? WHERE id = ?');
  let waiting = [];
  let session = 0;
  return (done) => {
    waiting.push(done);
    if (waiting.length > 1) return;
    setImmediate(() => {
      const all = waiting;
      waiting = [];
      database.exec('BEGIN IMMEDIATE');
      for (const _one of all) update.run([id, Date.now(), session++ % 1000]);
      database.exec('COMMIT');
      for (const one of all) one();
    });
  };
}

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  request.on('end', () => {
    const answer = () => {
      const body = ANSWERS[request.url];
      response.writeHead(200, { ...HEADERS, 'content-length': Buffer.byteLength(body) }).end(body);
    };
    if (request.url === '/tokenRefresh') commit(answer);
    else answer();
  });
});
server.listen(0, '127.0.0.1', () => listening(server));

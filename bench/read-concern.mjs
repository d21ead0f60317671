// What it costs to read a session with each read concern, beside the one write of a refresh, on the MongoDB of MONGODB_URI. A
// linearizable read on a replica set waits until a majority has acknowledged that the primary is still the primary: it costs as
// much as a write.
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import mongoose from 'mongoose';

const { MONGODB_URI: uri, ROUNDS = '7', QUESTIONS = '200' } = process.env;
if (uri === undefined) throw new Error('MONGODB_URI is not set. Expected a database to measure on.');

const client = await new mongoose.mongo.MongoClient(uri, { writeConcern: { w: 'majority', journal: true } }).connect();
const sessions = client.db(`test_${randomUUID().slice(0, 8)}`).collection('sessions');
const ids = Array.from({ length: 100 }, () => randomUUID());
await sessions.insertMany(ids.map((_id) => ({ _id, jti: randomUUID(), revokedAt: null })));

const one = () => ids[Math.floor(Math.random() * ids.length)];
const read = (level) => () => sessions.findOne({ _id: one() }, { readConcern: { level }, maxTimeMS: 5000 });
const QUESTIONS_ASKED = {
  'read, local': read('local'),
  'read, majority': read('majority'),
  'read, linearizable': read('linearizable'),
  'write, majority and journal': () => sessions.updateOne({ _id: one() }, { $set: { jti: randomUUID() } }),
};

const taken = Object.fromEntries(Object.keys(QUESTIONS_ASKED).map((name) => [name, []]));
// In turn, so that what else the machine does is in all of them.
for (let round = 0; round < Number(ROUNDS); round += 1) {
  for (const [name, ask] of Object.entries(QUESTIONS_ASKED)) {
    const started = performance.now();
    for (let count = 0; count < Number(QUESTIONS); count += 1) await ask();
    taken[name].push((performance.now() - started) / Number(QUESTIONS));
  }
}
for (const [name, times] of Object.entries(taken)) {
  const sorted = times.toSorted((a, b) => a - b);
  console.log(`${name}: ${sorted[Math.floor(sorted.length / 2)].toFixed(2)} ms (median of ${sorted.length} rounds)`);
}
await Promise.all(ids.map((_id) => sessions.deleteOne({ _id })));
await client.close();

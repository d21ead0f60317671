import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { startMongoDb } from '../test/support/mongodb.mjs';
import { refused } from './mutants/compiles.mjs';
import { broken, mutationsOf, probed } from './mutants/mutations.mjs';
import { ROOMS } from './mutants/rooms.mjs';
import { sampleOf } from './mutants/sample.mjs';
import { SuiteRunner } from './mutants/suite-runner.mjs';

/**
 * Breaks `src` in small ways, each in a copy of one file, and asks the room's suites whether they notice.
 * `npm run mutants -- [room...] [--sample 40] [--seed 1] [--match text]`; with `--check` it only looks whether the list of
 * equivalent breakages names what can be made.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    match: { type: 'string', default: '' },
    check: { type: 'boolean', default: false },
  },
});
const ROOT = join(import.meta.dirname, '..');
const EQUIVALENT = 'test/equivalent-mutants.json';
const LEAST_PERCENT = 92;
const PROBES = 'probes';
/** Of what a suite takes when nothing is broken, after which it is said to hang. */
const PATIENCE = 6;
const LEAST_DEADLINE_MS = 15_000;

const rooms = positionals.length > 0 ? positionals : Object.keys(ROOMS);
const unknown = rooms.find((room) => !(room in ROOMS));
if (unknown !== undefined) throw new Error(`${unknown} is none of ${Object.keys(ROOMS).join(', ')}`);
const equivalent = JSON.parse(readFileSync(join(ROOT, EQUIVALENT), 'utf8'));
if (values.check) {
  for (const room of rooms) breakagesOf(room);
  process.exit();
}
const mutants = mkdtempSync(join(tmpdir(), 'mutants-'));
const mongoDb = await startMongoDb();
let runner;
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end(130));

const rows = [];
try {
  for (const room of rooms) rows.push(await judge(room));
  console.table(Object.fromEntries(rows.map(({ room, ...row }) => [room, row])));
} catch (error) {
  console.error(error.message);
}
await end(rows.length === rooms.length && rows.every(({ share }) => Number.parseFloat(share) >= LEAST_PERCENT) ? 0 : 1);

async function judge(room) {
  const started = performance.now();
  // All but the stores behave the same on either.
  runner = new SuiteRunner(mutants, {
    ...process.env,
    NODE_ENV: 'test', // as jest has it
    TEST_MONGODB_URI: room === 'stores' ? (mongoDb.uri ?? '') : '',
  });
  const { files, all, known } = breakagesOf(room);
  const size = Number(values.sample);
  const suites = await suitesOf(room, files, all);
  // More than are asked for: the compiler refuses some.
  const waiting = sampleOf(
    all.filter((mutation) => !known.has(mutation)),
    2 * size,
    Number(values.seed),
  );
  console.log(`\n${room}: ${size} of ${all.length} breakages, ${suites.length} suites`);
  const count = { killed: 0, survived: 0, unmade: 0 };
  const ids = waiting.keys();
  while (count.killed + count.survived < size && waiting.length > 0) {
    const some = waiting.splice(0, size - count.killed - count.survived);
    const left = [];
    for (const mutation of some.filter((one) => nameOf(one).includes(values.match))) {
      const { outcome, red } = await outcomeOf(`${room.replace('/', '-')}-${ids.next().value}`, mutation, suites);
      if (outcome === 'survived') left.push(mutation);
      else count[outcome] += 1;
      if (process.env['VERBOSE'] && outcome !== 'survived')
        console.log(`${outcome}: ${nameOf(mutation)}\n    by ${red}`);
    }
    const unmade = refusedAmong(left);
    count.unmade += unmade.size;
    count.survived += left.length - unmade.size;
    for (const mutation of left) console.log(`${unmade.has(mutation) ? 'unmade' : 'survived'}: ${nameOf(mutation)}`);
    if (values.match !== '') break;
  }
  runner.close();
  const seconds = Math.round((performance.now() - started) / 1000);
  const made = count.killed + count.survived;
  const share = made === 0 ? 100 : (100 * count.killed) / made;
  return { room, made, ...count, equivalent: known.size, seconds, share: `${share.toFixed(1)} %` };
}

function refusedAmong(mutations) {
  const texts = mutations.map((mutation) => ({ mutation, file: mutation.file, text: textOf(mutation) }));
  return refused(ROOT, join(mutants, 'copy'), texts);
}

function breakagesOf(room) {
  const files = filesIn(`src/${room}`).filter((file) => file.endsWith('.ts') && !file.includes('/generated/'));
  const all = files.flatMap((file) => mutationsOf(file, readFileSync(join(ROOT, file), 'utf8')));
  return { files, all, known: knownAsEquivalent(all, files) };
}

/** The files of suites, each with its time and the blocks that it runs. */
async function suitesOf(room, files, mutations) {
  for (const file of files) {
    const own = mutations.filter((mutation) => mutation.file === file);
    write(PROBES, file, probed(file, readFileSync(join(ROOT, file), 'utf8'), own));
  }
  const tests = filesIn('test').filter((file) => file.endsWith('.test.ts'));
  const ordered = [`${room}/`, ...ROOMS[room]].map((start) => tests.filter((file) => file.startsWith(`test/${start}`)));
  const suites = [];
  for (const [place, named] of ordered.entries()) {
    for (const file of named) {
      if (suites.some((suite) => suite.file === file)) continue;
      const { red, unloaded, reached, ms } = await runner.run(PROBES, file, 120_000);
      if (red ?? unloaded) throw new Error(`${file} is red before anything is broken: ${red?.why ?? unloaded}`);
      suites.push({ file, isBeside: place === 0, ms, reached: new Map(reached), kills: {}, clean: new Map() });
    }
  }
  return suites;
}

function deadlineOf({ ms }) {
  return Math.max(LEAST_DEADLINE_MS, PATIENCE * ms);
}

function placeOf({ file, body }) {
  return `${join(ROOT, file)}:${body}`;
}

/** Whether these tests, up to the one that turned red, need none of the others: they are green where nothing is broken. */
async function isClean(suite, tests, last) {
  const needed = tests.filter((number) => last === null || number <= last);
  const key = needed.join();
  if (!suite.clean.has(key)) {
    const { red, unloaded } = await runner.run('nothing', suite.file, deadlineOf(suite), needed);
    suite.clean.set(key, (red ?? unloaded) === null);
  }
  return suite.clean.get(key);
}

/** The suites that run what is broken. First those that have noticed most of what was broken in the file so far. */
function suitesFor({ file, body }, suites) {
  const place = placeOf({ file, body });
  const rank = ({ kills, isBeside, ms }) => [-(kills[file] ?? 0), isBeside ? 0 : 1, ms];
  return suites
    .filter(({ reached }) => body === undefined || reached.has(place))
    .map((suite) => ({ suite, rank: rank(suite) }))
    .toSorted(({ rank: one }, { rank: other }) => one[0] - other[0] || one[1] - other[1] || one[2] - other[2])
    .map(({ suite }) => suite);
}

function textOf(mutation) {
  return broken(readFileSync(join(ROOT, mutation.file), 'utf8'), mutation);
}

async function outcomeOf(id, mutation, suites) {
  write(id, mutation.file, textOf(mutation));
  let isAsked = false;
  for (const suite of suitesFor(mutation, suites)) {
    // The compiler answers sooner than many suites.
    if (!isAsked && !suite.isBeside && suite.kills[mutation.file] === undefined) {
      isAsked = true;
      if (refusedAmong([mutation]).size > 0) return { outcome: 'unmade', red: 'the compiler' };
    }
    const tests = suite.reached.get(placeOf(mutation)) ?? null;
    let answer = await runner.run(id, suite.file, deadlineOf(suite), tests);
    if (answer.unloaded !== null) return { outcome: 'unmade', red: answer.unloaded };
    if (answer.red !== null && tests !== null && !(await isClean(suite, tests, answer.red.number))) {
      answer = await runner.run(id, suite.file, deadlineOf(suite));
    }
    if (answer.red === null) continue;
    suite.kills[mutation.file] = (suite.kills[mutation.file] ?? 0) + 1;
    return { outcome: 'killed', red: `${suite.file}: ${answer.red.why}` };
  }
  return { outcome: 'survived', red: 'none' };
}

function knownAsEquivalent(mutations, files) {
  const isIt = (entry) => (mutation) =>
    mutation.file === entry.file && mutation.within === entry.within && mutation.change === entry.change;
  const entries = equivalent.filter(({ file }) => files.includes(file));
  const stale = entries.find((entry) => !mutations.some(isIt(entry)));
  if (stale) throw new Error(`${EQUIVALENT} names what cannot be made: ${stale.file} ${stale.change}`);
  return new Set(entries.flatMap((entry) => mutations.filter(isIt(entry))));
}

function nameOf({ file, line, within, change }) {
  return `${file}:${line} ${within}: ${change}`;
}

function filesIn(folder) {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .toSorted();
}

function write(id, file, text) {
  const path = join(mutants, id, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

async function end(code) {
  runner?.close();
  await mongoDb.stop();
  rmSync(mutants, { recursive: true, force: true });
  process.exit(code);
}

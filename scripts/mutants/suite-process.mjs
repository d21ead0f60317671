import { register } from 'node:module';
import { Worker } from 'node:worker_threads';
import { addEventHandler, getState, resetState, run } from 'jest-circus';
import jestConfig from '../../jest.config.js';
import { jest } from '../../test/support/runner/mocks.mjs';
import { rememberGlobals } from '../../test/support/runner/remembered-globals.mjs';

/**
 * Runs suites of jest in a process that goes on: to load them in a new one for every mutant takes ten times as long as
 * to run them.
 */
const postMessage = Reflect.get(Worker.prototype, 'postMessage');
Worker.prototype.postMessage = function (...message) {
  this.postMessage = postMessage; // so that a suite which spies on threads does not see the one that loads modules
  return postMessage.apply(this, message);
};
register('../../test/support/runner/hooks.mjs', import.meta.url, {
  data: { globals: new URL('globals.mjs', import.meta.url).href, mutants: process.argv[2] },
});
await import('../../test/support/runner/hooks.mjs');
Worker.prototype.postMessage = postMessage;

globalThis[Symbol.for('jest of the suites')] = jest;
/** Which tests have run a block, by their numbers; null where it ran outside of them. */
let reached = new Map();
let red = null;
let only = null;
let numbers = new Map();
let current = null;
// What a mutant left running may still fail when the next one is asked for.
process.on('uncaughtException', () => {});
process.on('unhandledRejection', () => {});

addEventHandler((event, { rootDescribeBlock }) => {
  if (event.name === 'run_start') choose(rootDescribeBlock);
  if (event.name === 'test_start') {
    jest.clearAllMocks();
    current = numbers.get(event.test);
    if (red !== null) event.test.mode = 'skip';
  }
  if (event.name === 'test_done') current = null;
  if (event.name === 'run_describe_start' && red !== null) event.describeBlock.mode = 'skip';
  if (event.name === 'test_done' && event.test.errors.length > 0) {
    turnRed(event.test.name, event.test.errors[0], numbers.get(event.test));
  }
  if (event.name === 'hook_failure') turnRed(`${event.hook.type} of ${event.describeBlock?.name}`, event.error);
});

function turnRed(name, error, number = null) {
  red ??= { number, why: `${name}: ${String([error].flat(2)[0]?.message ?? error).split('\n')[0]}` };
}

/** Numbers the tests, and skips those that are not asked for. Says whether any is left. */
function choose({ children }) {
  let isAny = false;
  for (const child of children) {
    const isTest = child.type === 'test';
    if (isTest) numbers.set(child, numbers.size);
    const isChosen = isTest ? (only?.includes(numbers.get(child)) ?? true) : choose(child);
    if (!isChosen) child.mode = 'skip';
    isAny ||= isChosen;
  }
  return isAny;
}

function note(place) {
  const by = reached.get(place);
  if (current === null) reached.set(place, null);
  else if (by === undefined) reached.set(place, new Set([current]));
  else by?.add(current);
}

process.on('message', (question) => void runSuite(question));

async function runSuite({ mutant, suite, index, tests }) {
  const started = performance.now();
  [red, only, current] = [null, tests, null];
  [reached, numbers] = [new Map(), new Map()];
  const restore = rememberGlobals();
  globalThis.reached = (body, url) => note(`${new URL(url).pathname}:${body}`);
  resetState();
  getState().testTimeout = jestConfig.testTimeout;
  let unloaded = null;
  try {
    await import(new URL(`../../${suite}?run=${mutant}.${index}`, import.meta.url).href);
    await run();
  } catch (error) {
    unloaded = String(error);
  }
  jest.restoreAllMocks();
  jest.useRealTimers();
  restore();
  const megabytes = process.memoryUsage.rss() / 2 ** 20;
  const ran = [...reached].map(([place, by]) => [place, by && [...by]]);
  process.send({ red, unloaded, reached: ran, ms: performance.now() - started, megabytes });
}

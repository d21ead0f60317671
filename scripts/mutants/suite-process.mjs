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
let reached = new Set();
let red = null;
// What a mutant left running may still fail when the next one is asked for.
process.on('uncaughtException', () => {});
process.on('unhandledRejection', () => {});

addEventHandler((event) => {
  if (event.name === 'test_start') {
    jest.clearAllMocks();
    if (red !== null) event.test.mode = 'skip';
  }
  if (event.name === 'run_describe_start' && red !== null) event.describeBlock.mode = 'skip';
  if (event.name === 'test_done' && event.test.errors.length > 0) turnRed(event.test.name, event.test.errors[0]);
  if (event.name === 'hook_failure') turnRed(`${event.hook.type} of ${event.describeBlock?.name}`, event.error);
});

function turnRed(name, error) {
  red ??= `${name}: ${String([error].flat(2)[0]?.message ?? error).split('\n')[0]}`;
}

process.on('message', ({ mutant, suite, index }) => void runSuite(mutant, suite, index));

async function runSuite(mutant, suite, index) {
  const started = performance.now();
  [red, reached] = [null, new Set()];
  const restore = rememberGlobals();
  globalThis.reached = (body, url) => reached.add(`${new URL(url).pathname}:${body}`);
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
  process.send({ red, unloaded, reached: [...reached], ms: performance.now() - started, megabytes });
}

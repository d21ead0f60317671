import asyncHooks from 'node:async_hooks';
import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import circus from 'jest-circus/runner';
import { jest } from './mocks.mjs';
import { mappedStack } from './mapped-stack.mjs';
import { rememberGlobals } from './remembered-globals.mjs';
import { measureCost } from './suite-cost.mjs';

/**
 * A test runner of jest (`testRunner`) that has Node.js itself load the suites, and not into a context of their own: packages are
 * loaded once a process, and stay compiled, and so are the lower rooms of `src`. All else of ours every suite has for itself, as jest has it.
 */
const require = createRequire(import.meta.url);

const postMessage = Reflect.get(Worker.prototype, 'postMessage');
Worker.prototype.postMessage = function (...message) {
  this.postMessage = postMessage; // so that a suite which spies on threads does not see the one that loads modules
  return postMessage.apply(this, message);
};
register('./hooks.mjs', import.meta.url, { data: { globals: new URL('globals.mjs', import.meta.url).href } });
await import('./hooks.mjs');
Worker.prototype.postMessage = postMessage;

let count = 0;

export default async function runSuite(globalConfig, config, environment, runtime, testPath, sendMessageToJest) {
  const restore = rememberGlobals();
  const addCost = measureCost(testPath);
  Error.prepareStackTrace = mappedStack;
  const native = Object.assign(Object.create(runtime), {
    requireInternalModule: requireAnew,
    requireModule: require,
    unstable_shouldLoadAsEsm: () => true,
    unstable_importModule: (path) => import(`${pathToFileURL(path).href}?run=${(count += 1)}`),
    setGlobalsForRuntime: (globals) => (globalThis[Symbol.for('suite globals')] = { ...globals, jest }),
    clearAllMocks: jest.clearAllMocks,
  });
  try {
    return await (circus.default ?? circus)(globalConfig, config, environment, native, testPath, sendMessageToJest);
  } finally {
    jest.restoreAllMocks();
    jest.useRealTimers();
    restore();
    addCost();
  }
}

/**
 * jest-circus keeps a suite's state in its module. Its AsyncLocalStorage, which finds the test that an uncaught error belongs to, is
 * left out: it makes every promise of the process dearer, and each suite's own goes on when the suite is over.
 */
function requireAnew(path) {
  delete require.cache[path];
  const own = Object.getOwnPropertyDescriptor(asyncHooks, 'AsyncLocalStorage');
  Object.defineProperty(asyncHooks, 'AsyncLocalStorage', { configurable: true, enumerable: true, value: NoStorage });
  try {
    return require(path);
  } finally {
    Object.defineProperty(asyncHooks, 'AsyncLocalStorage', own);
  }
}

class NoStorage {
  run(_value, work) {
    return work();
  }
  getStore() {}
}

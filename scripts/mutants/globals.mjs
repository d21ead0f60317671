/** Stands in for `@jest/globals`. What is ours is loaded anew for each suite, so that its one `jest` comes by way of a symbol. */
export { afterAll, afterEach, beforeAll, beforeEach, describe, it, test } from 'jest-circus';
export { expect } from 'expect';
export const jest = globalThis[Symbol.for('jest of the suites')];

/** Stands in for `@jest/globals`. */
export { afterAll, afterEach, beforeAll, beforeEach, describe, it, test } from 'jest-circus';
export { expect } from 'expect';
export { jest } from '../../test/support/runner/mocks.mjs';

/** Stands in for `@jest/globals`: what the suite that is loaded now works with. */
export const { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest, test } =
  globalThis[Symbol.for('suite globals')];

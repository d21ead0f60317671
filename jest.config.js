/** Each has a script of its own, as it needs other programs or the registry, or takes its time. */
const APART = [
  'test/interop',
  'test/browser',
  'test/firefox',
  'test/operate',
  'test/packages',
  'test/readers',
  'test/soak',
];

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: APART.filter((folder) => !process.argv.some((word) => word.startsWith(folder))),
  modulePathIgnorePatterns: ['<rootDir>/dist/packages'], // whose names are those of `packages/`
  testRunner: '<rootDir>/test/support/runner/runner.mjs',
  transform: {},
  clearMocks: true,
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  // What suites leave behind slows down those that follow in the same process, by several times in the end.
  workerIdleMemoryLimit: '512MB',
  // Generous, as it is no measure: beside other work a test may take many times its time.
  testTimeout: 120_000,
};

/** For `jest.useFakeTimers({ doNotFake })`: the test moves what happens at intervals, and all else has the real time. */
export const ALL_BUT_INTERVALS = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setTimeout',
  'clearTimeout',
] as const;

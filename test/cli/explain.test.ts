import { expect, test } from '@jest/globals';
import { explain } from '../../src/cli/explain.ts';
import { StoreUnavailable } from '../../src/contracts/errors.ts';

test.each(['database or disk is full', 'connection refused.'])(
  'whoever runs a command is told what a store that does not answer says, and what to do: %s',
  (problem) => {
    const told = explain(new StoreUnavailable(new Error(problem)));
    expect(told).toBe(
      `The store does not answer: ${problem.replace('.', '')}. Check the store that MONGODB_URI or DATA_DIR names, and try again.`,
    );
  },
);

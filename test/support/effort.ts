/** How much of something a test tries: a part of it, and all where `EFFORT=full`, as `.ci/full` has it. */
export const amount = (few: number, full: number): number => (process.env['EFFORT'] === 'full' ? full : few);

/** How often a test tries what need not happen each time. */
export const rounds = (few: number, full: number): readonly number[] =>
  Array.from({ length: amount(few, full) }, (_, index) => index + 1);

/** How often a test tries what need not happen each time: a few times, and often where `EFFORT=full`, as `.ci/full` has it. */
export const rounds = (few: number, full: number): readonly number[] =>
  Array.from({ length: process.env['EFFORT'] === 'full' ? full : few }, (_, index) => index + 1);

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse, validate } from 'graphql';
import { ALL_OPTIONS, buildAuthSchema } from '../../src/graphql/optional.ts';

test('the operations in examples/mobile.md fit the schema', async () => {
  const guide = readFileSync(join(import.meta.dirname, '../../examples/mobile.md'), 'utf8');
  const blocks = Array.from(guide.matchAll(/```graphql\n(.*?)```/gs), ([, block = '']) => block);
  expect(blocks).not.toEqual([]);
  const schema = await buildAuthSchema(ALL_OPTIONS);
  for (const block of blocks) expect(validate(schema, parse(block))).toEqual([]);
});

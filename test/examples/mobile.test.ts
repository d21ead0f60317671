import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse, validate } from 'graphql';
import { buildAuthSchema } from '../../src/graphql/schema.ts';

test('the operations in examples/mobile.md fit the schema', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../examples/mobile.md'), 'utf8');
  const blocks = Array.from(guide.matchAll(/```graphql\n(.*?)```/gs), ([, block = '']) => block);
  expect(blocks).not.toEqual([]);
  const schema = buildAuthSchema({ registration: false });
  for (const block of blocks) expect(validate(schema, parse(block))).toEqual([]);
});

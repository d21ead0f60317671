import 'reflect-metadata';
import { expect, test } from '@jest/globals';
import { getMetadataStorage } from 'type-graphql';
import { OPEN_FIELDS } from '../../src/client/open-operations.ts';
import { buildAuthSchema } from '../../src/graphql/schema.ts';

test('the link knows all fields that look at no header, and no other', () => {
  buildAuthSchema({ registration: true });
  const { queries, mutations } = getMetadataStorage();
  const open = [...queries, ...mutations].filter(({ roles }) => roles === undefined);
  expect(new Set(open.map(({ schemaName }) => schemaName))).toEqual(OPEN_FIELDS);
});

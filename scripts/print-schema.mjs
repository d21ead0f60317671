// Writes schema.graphql and the client's list of open operations from the code, or with --check fails if they say
// something else.
import { printSchema } from 'graphql';
import { natureOf } from '../dist/graphql/operation.js';
import { ALL_OPTIONS, buildAuthSchema } from '../dist/graphql/optional.js';
import { writeOrCheck } from './write-or-check.mjs';

const schema = await buildAuthSchema({ ...ALL_OPTIONS, subscriptions: true });
const header =
  '# Printed from src/graphql by `npm run generate`. It has all operations: descriptions say which need a setting.\n\n';
await writeOrCheck('schema.graphql', `${header}${printSchema(schema)}\n`);

const roots = [schema.getQueryType(), schema.getMutationType()]; // no subscription is open
const open = roots.flatMap((root) =>
  Object.keys(root.getFields()).filter((field) => natureOf(root, field).access === 'open'),
);
await writeOrCheck(
  'src/client/generated/open-fields.ts',
  `/** Fields that look at no header: what they answer about a token says nothing about the one that was sent. */
export const OPEN_FIELDS: readonly string[] = ${JSON.stringify(open)};
`,
);

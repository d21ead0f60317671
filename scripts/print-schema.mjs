// Writes schema.graphql from the code, or with --check fails if it says something else.
import { printSchema } from 'graphql';
import { buildAuthSchema } from '../dist/graphql/schema.js';
import { writeOrCheck } from './write-or-check.mjs';

const header =
  '# Printed from src/graphql by `npm run generate`. `userRegister` is there where registration is on.\n\n';
await writeOrCheck('schema.graphql', `${header}${printSchema(buildAuthSchema({ registration: true }))}\n`);

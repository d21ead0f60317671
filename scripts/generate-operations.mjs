// Writes the types of all operations, from schema.graphql and as codegen.yml says. With --check it fails if they are not
// up to date; an operation that does not fit the schema fails in any case, and is named.
import { executeCodegen, loadContext } from '@graphql-codegen/cli';
import { writeOrCheck } from './write-or-check.mjs';

const context = await loadContext('codegen.yml');
context.updateConfig({ silent: true });
const { result, error } = await executeCodegen(context);
if (error) {
  for (const { message } of error.errors ?? [error]) console.error(message);
  process.exitCode = 1;
} else {
  for (const { filename, content } of result) await writeOrCheck(filename, content);
}

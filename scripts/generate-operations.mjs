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
  for (const { filename, content } of result) await writeOrCheck(filename, forBrowsers(filename, content));
}

/** What the client sends is part of every page: texts without blanks, and no class around them. */
function forBrowsers(filename, content) {
  if (!filename.startsWith('src/client/')) return content;
  const typed = /export class TypedDocumentString.*?\n}\n/s;
  const document = /new TypedDocumentString\(`(.*?)`\) as unknown as/gs;
  return content
    .replace(/import type { DocumentTypeDecoration }.*\n/, '')
    .replace(
      typed,
      `interface TypedDocumentString<Data, Variables> extends String {
  readonly __apiType?: (variables: Variables) => Data;
}
`,
    )
    .replaceAll(
      document,
      (_all, text) =>
        `'${text
          .replaceAll(/\s+/g, ' ')
          .replaceAll(/ ?([{}():]) ?/g, '$1')
          .trim()}' as`,
    );
}

// Writes docs/settings.md from the table of settings, or with --check fails if it says something else.
import { authTable, hookTable, serverTable } from '../dist/contracts/settings/settings-table.js';
import { writeOrCheck } from './write-or-check.mjs';

const cell = (text) => String(text).replaceAll('|', '\\|');
const fallback = (value) =>
  value === undefined ? '-' : `\`${value === true ? 'on' : value === false ? 'off' : value}\``;

function rows(table, columns) {
  const head = [columns, columns.map(() => '---')];
  return [...head, ...table].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');
}

const settings = (table) =>
  rows(
    Object.entries(table).map(([name, { env, default: value, accepts, meaning }]) => [
      `\`${env}\``,
      `\`${name}\``,
      fallback(value),
      accepts,
      meaning,
    ]),
    ['Environment', 'Library', 'Default', 'Accepts', 'Meaning'],
  );

const serverOnly = rows(
  Object.values(serverTable).map(({ env, default: value, accepts, meaning }) => [
    `\`${env}\``,
    fallback(value),
    accepts,
    meaning,
  ]),
  ['Environment', 'Default', 'Accepts', 'Meaning'],
);

const hooks = rows(
  Object.entries(hookTable).map(([name, { seed, meaning }]) => [`\`${name}\``, seed, meaning]),
  ['Library', 'In simplejwt', 'Meaning'],
);

await writeOrCheck(
  'docs/settings.md',
  `# Settings

Printed from \`src/contracts/settings/settings-table.ts\` by \`npm run generate\`; do not edit.

The server reads environment variables; the library takes the same settings as options of \`createAuth\`. An empty
variable counts as not set. Where the default is -, \`none\` (also Python's \`None\`) and \`off\` mean the same, and in the
library \`null\`. Durations are written \`90\` (seconds), \`5m\`, \`12h\`, \`1d\`, \`2w\` or in ISO 8601
(\`PT5M\`). An unknown \`JWT_\` variable, a bad value or a combination that makes no sense stops the start with a line
that names the setting. \`npx graphql-simplejwt settings show\` prints the settings in force, secrets masked.

## Server and library

${settings(authTable)}

## Server only

${serverOnly}

## Hooks: library only

These are functions, and so options of \`createAuth\`. Their types are \`Hooks\` in \`src/contracts/hooks.ts\`.

${hooks}
`,
);

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCUMENT = 'docs/errors.md';
const ROW = /^\| `(\w+)` *\| `(\w+)` *\| ([^|]*?) *\| ([^|]+?) *\| ([^|]+?) *\|$/gm;

/** A cell of the table by itself, with links that are relative to the page. */
const sentence = (cell) => `${cell.charAt(0).toUpperCase()}${cell.slice(1)}.`.replaceAll(/\]\((?!\w+:)/g, '](../docs/');

/** A page for each reason of docs/errors.md, by its name: what an answer's `extensions.reason` can be looked up in. */
export function errorPages(root) {
  const rows = Array.from(readFileSync(join(root, DOCUMENT), 'utf8').matchAll(ROW));
  if (rows.length === 0) throw new Error(`${DOCUMENT} has no table of reasons that this script can read.`);
  return new Map(
    rows.map(([, reason, code, actions, when, remedy]) => [reason, page(reason, code, actions, when, remedy)]),
  );
}

function page(reason, code, actions, when, remedy) {
  const [, action] = /^`(\w+)`/.exec(actions) ?? [];
  const extensions = { code, reason, ...(action && { action }), ...(action === 'WAIT' && { retryAfter: 5 }) };
  return `# \`${reason}\`

**When:** ${sentence(when)}

**What to do:** ${sentence(remedy)}

\`\`\`json
${JSON.stringify({ extensions }, null, 2)}
\`\`\`

${actions === '' ? 'There is no `action`: sending the same request again changes nothing.' : `Possible values of \`action\`: ${actions}.`}

[All errors](../docs/errors.md)
`;
}

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script, SourceTextModule } from 'node:vm';
import type { Command } from 'commander';
import { buildSchema, Kind, parse, validate } from 'graphql';
import { parseAllDocuments } from 'yaml';
import { createProgram, type ProgramOptions } from '../../src/cli/program.ts';
import { authTable, serverTable } from '../../src/contracts/settings/settings-table.ts';
import { syntaxCheckOf } from './grammars.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** A block of code in a document. */
export interface Snippet {
  readonly language: string;
  readonly code: string;
  /** Where its code begins in the document. */
  readonly line: number;
}

/** The blocks of a document, indented ones too. */
export function allSnippets(document: string): Snippet[] {
  const text = read(document);
  const blocks = text.matchAll(/^( *)```([^\n]*)\n(.*?)^\1```$/gms);
  return Array.from(blocks, ({ index, 2: language = '', 3: code = '' }) => {
    return { language, code, line: text.slice(0, index).split('\n').length + 1 };
  });
}

/** The TypeScript in the docstrings of a source file that imports something, and so is meant to compile as it stands. */
export function docstringExamples(file: string): string[] {
  const docstrings = read(file).match(/\/\*\*.*?\*\//gs) ?? [];
  const texts = docstrings.map((docstring) => docstring.replaceAll(/^ *\* ?/gm, ''));
  const blocks = texts.flatMap((text) => Array.from(text.matchAll(/^```ts\n(.*?)^```$/gms), ([, code = '']) => code));
  return blocks.filter((code) => /^import /m.test(code));
}

/** What is wrong with a block that begins in that line, in lines; none if nothing is. */
type Check = (code: string, line: number) => readonly string[];

const schema = buildSchema(read('schema.graphql'));

/** A document may show several operations without a name in one block: they are sent one at a time. */
const checkGraphQL: Check = (code) =>
  parse(code).definitions.flatMap((definition) =>
    validate(schema, { kind: Kind.DOCUMENT, definitions: [definition] }).map(({ message }) => message),
  );

const checkJson: Check = (code) => (JSON.parse(code) === undefined ? ['is nothing'] : []);

const checkYaml: Check = (code) =>
  parseAllDocuments(code).flatMap(({ errors }) => errors.map(({ message }) => message));

/** A module, or what is typed into the MongoDB shell. */
const checkJavaScript: Check = (code) => {
  const isModule = /^import /m.test(code);
  return (isModule ? new SourceTextModule(code) : new Script(code)) ? [] : ['is nothing'];
};

/** Ours, and those of others that our documents mention. */
const ENVIRONMENT: ReadonlySet<string> = new Set([
  ...[...Object.values(authTable), ...Object.values(serverTable)].map(({ env }) => env),
  'VITE_COOKIE', // examples/web
  'VITE_DPOP', // the same
  'VITE_ACCOUNT', // the same
  'VITE_RECOVERY', // the same
]);
/** What the reader of a document gives a name of their own. */
const READERS_OWN = new Set(['ACCESS', 'AUTH', 'SERVICE', 'SECRET']);
const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
/** Our program, by the names it has in the documents, where a command begins; and the words behind it. */
const PROGRAM = /(?:npx graphql-simplejwt|run --rm cli|dist\/main\.js|^simplejwt)((?: +[\w./:-]+)+)/gm;
const NPM = /npm run (?:--silent )?([\w:]+)/g;
const VARIABLE = /(?:^|(?<=^export |^[A-Z_]+=\S+ |&& ))([A-Z][A-Z_]+)=/gm;

const checkShell: Check = (code) => {
  const { stderr } = spawnSync('bash', ['-n'], { input: code, encoding: 'utf8' });
  const text = code.replaceAll('\\\n', ' ');
  const named = (pattern: RegExp) => Array.from(text.matchAll(pattern), ([, name = '']) => name);
  return [
    ...stderr.split('\n').filter((line) => line !== ''),
    ...named(NPM).flatMap((script) => (script in scripts ? [] : [`npm has no script ${script}`])),
    ...named(VARIABLE).flatMap((name) =>
      ENVIRONMENT.has(name) || READERS_OWN.has(name) ? [] : [`${name} is no setting`],
    ),
    ...named(PROGRAM).flatMap((words) => checkCommand(words.trim().split(/ +/))),
  ];
};

/** Nothing is run: only names are asked for. */
const { command: program } = createProgram({ version: '0.0.0' } as ProgramOptions);

/** Whether our program has such a command with such options. */
function checkCommand(words: readonly string[]): string[] {
  let command: Command = program;
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    command = next;
  }
  if (command.commands.length > 0) return [`the program has no command "${words.join(' ')}"`];
  const options = words.filter((word) => word.startsWith('--'));
  const unknown = options.filter((word) => !command.options.some(({ long }) => long === word));
  return unknown.map((word) => `"${command.name()}" has no option ${word}`);
}

/** How the blocks of each language are checked here. */
export const CHECKS: Readonly<Record<string, Check>> = {
  dart: await syntaxCheckOf('dart'),
  graphql: checkGraphQL,
  js: checkJavaScript,
  json: checkJson,
  kotlin: await syntaxCheckOf('kotlin'),
  sh: checkShell,
  swift: await syntaxCheckOf('swift'),
  tsx: await syntaxCheckOf('tsx'),
  yaml: checkYaml,
};

#!/usr/bin/env node
// Copies the template into a new folder, with a name, a version of the library and a signing key of its own.
import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/** npm leaves files of these names out of packages, or takes them for its own. */
const HIDDEN = { 'dot-gitignore': '.gitignore', 'dot-env': '.env', 'package.template.json': 'package.json' };
/** As npm has it, without a scope. */
const NAME = /^[a-z\d][a-z\d._-]{0,213}$/;

function fail(problem) {
  console.error(`create-graphql-simplejwt: ${problem}`);
  process.exit(1);
}

const given = process.argv.slice(2);
if (given.length !== 1 || given[0].startsWith('-')) {
  fail('expected the name of a new folder, such as: npm create graphql-simplejwt@latest my-server');
}
const folder = resolve(given[0]);
const name = basename(folder);
if (!NAME.test(name)) fail(`got "${name}", expected a name of lower-case letters, digits, ".", "_" and "-"`);
if (existsSync(folder) && readdirSync(folder).length > 0) fail(`${folder} is not empty; expected a new folder`);

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8'));
const values = { NAME: name, VERSION: `^${version}`, KEY: randomBytes(48).toString('base64') };

cpSync(join(import.meta.dirname, 'template'), folder, { recursive: true });
for (const [from, to] of Object.entries(HIDDEN)) renameSync(join(folder, from), join(folder, to));
for (const file of ['package.json', '.env', 'README.md', 'compose.yaml']) {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8').replaceAll(/\{\{(\w+)\}\}/g, (_, key) => values[key]);
  writeFileSync(path, text);
}
chmodSync(join(folder, '.env'), 0o600); // it holds the signing key

console.log(`A server is in ${folder}. Next:

  cd ${given[0]}
  npm install
  npm test
  npm start
`);

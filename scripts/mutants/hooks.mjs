import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';
import jestConfig from '../../jest.config.js';

const ROOT = join(import.meta.dirname, '../..');
const OURS = ['src', 'test'].map((folder) => new URL(`../../${folder}/`, import.meta.url).href);
const [[, { ...swc }]] = Object.values(jestConfig.transform);
const compiled = new Map();
let mutants;

export function initialize(data) {
  ({ mutants } = data);
}

/** `?run=<mutant>.<suite>` goes along to all of ours that is imported: every suite has modules of its own, as in jest. */
export async function resolve(specifier, context, next) {
  if (specifier === '@jest/globals') return { url: new URL('globals.mjs', import.meta.url).href, shortCircuit: true };
  const resolved = await next(specifier, context);
  const { search } = new URL(context.parentURL ?? 'file:///');
  const isOurs = OURS.some((folder) => resolved.url.startsWith(folder)) && !resolved.url.includes('?');
  return isOurs ? { ...resolved, url: resolved.url + search } : resolved;
}

export async function load(url, context, next) {
  const { pathname, searchParams } = new URL(url);
  if (!pathname.endsWith('.ts') || !searchParams.has('run')) return next(url, context);
  const file = fileURLToPath(new URL(pathname, 'file:'));
  const mutant = join(mutants, searchParams.get('run').split('.')[0], relative(ROOT, file));
  return { format: 'module', source: existsSync(mutant) ? compile(mutant) : compileOnce(file), shortCircuit: true };
}

function compileOnce(file) {
  if (!compiled.has(file)) compiled.set(file, compile(file));
  return compiled.get(file);
}

function compile(file) {
  return transformSync(readFileSync(file, 'utf8'), { ...swc, filename: file, module: { type: 'es6' }, swcrc: false })
    .code;
}

import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';
import { SWC } from './swc.mjs';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDERS = ['src', 'test', 'bench', 'examples', 'dist'];
const OURS = FOLDERS.map((folder) => new URL(`../../../${folder}/`, import.meta.url).href);
const compiled = new Map();
const SHARED = ['contracts', 'core', 'stores'].map((room) => new URL(`../../../src/${room}/`, import.meta.url).href);
let globals;
let mutants;

/** @param data `globals`, the URL of what stands in for `@jest/globals`; `mutants`, a folder of files in place of ours */
export function initialize(data) {
  ({ globals, mutants } = data);
}

/**
 * `?run=<mutant>.<suite>` goes along to all of ours that is imported: every suite has modules of its own, as in jest. Without mutants, the
 * lower rooms of `src` are loaded once a process, and stay compiled. They keep nothing in modules, and import nothing from the others, whose
 * types go into a list that type-graphql has for each suite.
 */
export async function resolve(specifier, context, next) {
  const { search } = new URL(context.parentURL ?? 'file:///');
  if (specifier === '@jest/globals') return { url: globals + search, shortCircuit: true };
  const resolved = await next(specifier, context);
  const isOurs = OURS.some((folder) => resolved.url.startsWith(folder)) && !resolved.url.includes('?');
  if (!isOurs) return resolved;
  const isShared = mutants === undefined && search !== '' && SHARED.some((room) => resolved.url.startsWith(room));
  return { ...resolved, url: resolved.url + (isShared ? '?run=shared' : search) };
}

export async function load(url, context, next) {
  const { pathname, searchParams } = new URL(url);
  if (!pathname.endsWith('.ts') || !searchParams.has('run')) return next(url, context);
  const file = fileURLToPath(new URL(pathname, 'file:'));
  const mutant = mutants && join(mutants, searchParams.get('run').split('.')[0], relative(ROOT, file));
  const source = mutant && existsSync(mutant) ? compile(mutant) : compileOnce(file);
  return { format: 'module', source, shortCircuit: true };
}

function compileOnce(file) {
  if (!compiled.has(file)) compiled.set(file, compile(file));
  return compiled.get(file);
}

function compile(file) {
  return transformSync(readFileSync(file, 'utf8'), { ...SWC, filename: file }).code;
}

import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';
import { SWC } from './swc.mjs';

const POSITION = /(file:[^?)]*\.ts)\?run=[^:)]*:(\d+):(\d+)/;
const maps = new Map();

/**
 * `Error.prepareStackTrace`: says where an error was thrown in our TypeScript. A file is compiled once more for that, so that those
 * which run carry no source map: Node.js would read it of each file for each suite.
 */
export function mappedStack(error, frames) {
  return [header(error), ...frames.map((frame) => `    at ${String(frame).replace(POSITION, mapped)}`)].join('\n');
}

function header(error) {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return '<error>';
  }
}

function mapped(_position, url, line, column) {
  const file = fileURLToPath(url);
  const { lineNumber = line, columnNumber = column } = mapOf(file).findOrigin(Number(line), Number(column));
  return `${url}:${lineNumber}:${columnNumber}`;
}

function mapOf(file) {
  if (!maps.has(file)) {
    const { map } = transformSync(readFileSync(file, 'utf8'), { ...SWC, sourceMaps: true, filename: file });
    maps.set(file, new SourceMap(JSON.parse(map)));
  }
  return maps.get(file);
}

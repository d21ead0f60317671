import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Language, Parser, type Node } from 'web-tree-sitter';

const require = createRequire(import.meta.url);
const GRAMMARS = join(dirname(require.resolve('tree-sitter-wasms/package.json')), 'out');
/** Enough to find the slip by: what follows a fault is often one, too. */
const MOST_FAULTS = 3;

/** Where code is not of its language, with the lines as they are counted from `firstLine`. None if all of it is. */
export type SyntaxCheck = (code: string, firstLine: number) => string[];

/** Checks the syntax of a language whose compiler is not at hand, by its tree-sitter grammar. */
export async function syntaxCheckOf(language: 'dart' | 'kotlin' | 'swift' | 'tsx'): Promise<SyntaxCheck> {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(join(GRAMMARS, `tree-sitter-${language}.wasm`)));
  return (code, firstLine) => {
    const tree = parser.parse(code);
    if (tree === null) throw new Error(`The grammar of ${language} gave up`);
    const faults = faultsIn(tree.rootNode).slice(0, MOST_FAULTS);
    tree.delete();
    return faults.map(({ row, what }) => `line ${firstLine + row} is no ${language} (${what}): ${lineOf(code, row)}`);
  };
}

interface Fault {
  readonly row: number;
  readonly what: string;
}

/** The innermost, for an outer one can begin far above what is wrong. */
function faultsIn(node: Node): Fault[] {
  if (node.isMissing) return [{ row: node.startPosition.row, what: `${node.type} is missing` }];
  if (!node.hasError) return [];
  const inner = node.children.flatMap((child) => (child === null ? [] : faultsIn(child)));
  return inner.length === 0 ? [{ row: node.startPosition.row, what: 'does not fit' }] : inner;
}

const lineOf = (code: string, row: number) => (code.split('\n')[row] ?? '').trim();

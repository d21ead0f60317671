import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { DOCUMENTS } from '../support/documents.ts';
import { allSnippets } from '../support/snippet-checks.ts';

test('the documents show Python that Python can read', () => {
  const blocks = DOCUMENTS.flatMap(allSnippets).filter(({ language }) => language === 'python');
  expect(blocks).not.toEqual([]);
  const parsed = spawnSync(
    'python3',
    ['-c', 'import ast, json, sys; [ast.parse(code) for code in json.load(sys.stdin)]'],
    {
      input: JSON.stringify(blocks.map(({ code }) => code)),
      encoding: 'utf8',
    },
  );
  expect(parsed).toMatchObject({ stderr: '', status: 0 });
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TEST_ENV } from '../support/process.ts';
import { blocksOf, OperatorShell, withReplacements } from '../support/runbook.ts';
import { setStage, type Stage } from '../support/stage.ts';

const README = 'README.md';
const SECTION = 'The first token';

let stage: Stage;
let shell: OperatorShell;
beforeAll(async () => {
  stage = await setStage('sqlite');
  shell = new OperatorShell({ ...TEST_ENV, ...stage.place.env });
});
afterAll(async () => {
  shell.remove();
  await stage.remove();
});

test('the commands of the README lead to the first token, and to the answer that is shown', async () => {
  const [create = '', signIn = '', hello = ''] = blocksOf(README, SECTION, 'sh');
  const url = { 'http://127.0.0.1:4000/graphql': stage.client.url };
  await shell.expect(create);
  const signedIn = JSON.parse(await shell.expect(withReplacements(signIn, url))) as {
    readonly data: { readonly tokenObtainPair: { readonly access: string } };
  };
  const { access } = signedIn.data.tokenObtainPair;
  const greeting = await shell.expect(withReplacements(hello, { ...url, ACCESS: access }));
  expect(blocksOf(README, SECTION, 'json').map((json) => JSON.parse(json) as unknown)).toEqual([JSON.parse(greeting)]);
});

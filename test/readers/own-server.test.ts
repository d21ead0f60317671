import { afterAll, expect, test } from '@jest/globals';
import { installFrom, packedInto, Reader } from '../support/reader.ts';
import { blocksOf, withReplacements } from '../support/runbook.ts';

const README = 'README.md';
const SECTION = 'In your own server';
const PASSWORD = 'wonderland123!';

const reader = new Reader();
afterAll(() => reader.leave());

test('README leads from an empty folder to an own server, its first user and a guarded field', async () => {
  const [install = '', create = ''] = blocksOf(README, SECTION, 'sh');
  const [tsconfig = ''] = blocksOf(README, SECTION, 'json');
  const [server = ''] = blocksOf(README, SECTION, 'ts');
  await installFrom(reader, install, { 'graphql-simplejwt': await packedInto(reader) });
  reader.write('tsconfig.json', tsconfig);
  reader.write('server.ts', server);
  await reader.start(create, /listening http:\S+:4001/, { password: PASSWORD });

  const [, signIn = '', ask = ''] = blocksOf(README, 'The first token', 'sh');
  const address = { 'http://127.0.0.1:4000/graphql': 'http://127.0.0.1:4001/' };
  const { data } = JSON.parse(await reader.run(withReplacements(signIn, address))) as {
    readonly data: { readonly tokenObtainPair: { readonly access: string } };
  };
  const { access } = data.tokenObtainPair;
  const notes = withReplacements(ask, { ...address, ACCESS: access, '{ hello }': '{ notes }' });
  expect(JSON.parse(await reader.run(notes))).toEqual({ data: { notes: ['a note of alice'] } });
}, 300_000);

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Kind, parse, print, type OperationDefinitionNode } from 'graphql';
import { ALL_ROOMS, PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const OPERATIONS = join(import.meta.dirname, '../support/operations.graphql');
const ODD: readonly unknown[] = [{ $gt: '' }, { $ne: null }, {}, ['x'], [{ $gt: '' }], 1.5, true];

const { definitions } = parse(readFileSync(OPERATIONS, 'utf8'));
const fragments = definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
/** Values that go with the types of variables; for all others, texts and ids, a text does. */
const GOOD: Readonly<Record<string, unknown>> = { Int: 1, Boolean: true };

/** Whether a value goes with a type: one of the odd ones does with a list, and one with a switch. */
const isGood = (value: unknown, type: string) =>
  (type === 'Boolean' && typeof value === 'boolean') ||
  (type.startsWith('[') && Array.isArray(value) && value.every((item) => typeof item === 'string'));

/** Every variable of every operation there is. */
const variables = definitions
  .filter((node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION)
  .flatMap((operation) => {
    const declared = (operation.variableDefinitions ?? []).map(({ variable, type }) => ({
      name: variable.name.value,
      type: print(type).replace('!', ''),
    }));
    return declared.map(({ name, type }) => ({
      operation: operation.name?.value ?? '',
      variable: name,
      query: [operation, ...fragments.filter((one) => print(operation).includes(`...${one.name.value}`))]
        .map(print)
        .join('\n'),
      good: Object.fromEntries(declared.map((other) => [other.name, GOOD[other.type] ?? PASSWORD])),
      odd: ODD.filter((value) => !isGood(value, type)),
    }));
  });

describeEachStore('an operator of MongoDB in a variable', (kind) => {
  let server: TestServer;
  let access: string;
  beforeAll(async () => {
    server = await startTestServer(kind, { env: ALL_ROOMS });
    ({ access } = await server.signIn());
  });
  afterAll(() => server.remove());

  test('S35: every operation with variables is known here', () => {
    expect(new Set(variables.map(({ operation }) => operation)).size).toBe(39);
  });

  test.each(variables)(
    'S35: $operation refuses any as $variable before it runs',
    async ({ query, variable, good, odd }) => {
      for (const value of odd) {
        const answer = await server.client.sendRaw(
          { query, variables: { ...good, [variable]: value } },
          { token: access },
        );
        expect(answer).toMatchObject({ status: 400, data: null });
        expect(answer.errors[0]?.extensions['code']).toBe('BAD_USER_INPUT');
      }
    },
  );
});

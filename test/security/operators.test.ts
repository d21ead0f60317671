import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Kind, parse, print, type OperationDefinitionNode } from 'graphql';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const OPERATIONS = join(import.meta.dirname, '../support/operations.graphql');
const ODD: readonly unknown[] = [{ $gt: '' }, { $ne: null }, {}, ['x'], [{ $gt: '' }], 1.5, true];

/** Every variable of every operation there is. */
const variables = parse(readFileSync(OPERATIONS, 'utf8'))
  .definitions.filter((node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION)
  .flatMap((operation) =>
    (operation.variableDefinitions ?? []).map(({ variable }) => ({
      operation: operation.name?.value ?? '',
      variable: variable.name.value,
      query: print(operation) + fragmentOf(operation),
      others: (operation.variableDefinitions ?? []).map((other) => other.variable.name.value),
    })),
  );

/** The one fragment of the file, where an operation spreads it. */
function fragmentOf(operation: OperationDefinitionNode): string {
  return print(operation).includes('...SessionFields') ? ' fragment SessionFields on Session { id }' : '';
}

describeEachStore('an operator of MongoDB in a variable', (kind) => {
  let server: TestServer;
  let access: string;
  beforeAll(async () => {
    server = await startTestServer(kind, { env: { REGISTRATION: 'on' } });
    ({ access } = await server.signIn());
  });
  afterAll(() => server.remove());

  test('S35: every operation with variables is known here', () => {
    expect(new Set(variables.map(({ operation }) => operation)).size).toBe(9);
  });

  test.each(variables)(
    'S35: $operation refuses any as $variable before it runs',
    async ({ query, variable, others }) => {
      const good = Object.fromEntries(others.map((name) => [name, PASSWORD]));
      for (const odd of ODD) {
        const answer = await server.client.sendRaw(
          { query, variables: { ...good, [variable]: odd } },
          { token: access },
        );
        expect(answer).toMatchObject({ status: 400, data: null });
        expect(answer.errors[0]?.extensions['code']).toBe('BAD_USER_INPUT');
      }
    },
  );
});

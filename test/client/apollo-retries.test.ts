import { ApolloClient, ApolloLink, gql, InMemoryCache, type DocumentNode } from '@apollo/client';
import { ServerError } from '@apollo/client/errors';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { OperationTypeNode } from 'graphql';
import { Observable, of, throwError } from 'rxjs';
import { createAuthLink, isOpenOperation, type TokenStore } from '../../src/client/apollo-client.ts';
import { accessOf, closeStores, refused, signedIn } from './refreshing-store.ts';

/** Sends one operation to a server that gives these answers, one after the other; what was sent with which token. */
async function sendTo(
  answers: readonly unknown[],
  query: DocumentNode,
  options: object = {},
  prepare: (tokens: TokenStore) => Promise<unknown> = async () => {},
) {
  const tokens = await signedIn();
  const sent: unknown[] = [];
  const server = new ApolloLink((operation) => {
    sent.push((operation.getContext()['headers'] as Record<string, string> | undefined)?.['authorization']);
    const answer = answers[sent.length - 1] ?? { data: {} };
    return new Observable((subscriber) => {
      void prepare(tokens).then(() => {
        const source = answer instanceof Error ? throwError(() => answer) : of(answer as ApolloLink.Result);
        source.subscribe(subscriber);
      });
    });
  });
  const link = ApolloLink.from([createAuthLink({ tokens, ...options }), server]);
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  const isMutation = query.definitions.some(
    (part) => 'operation' in part && part.operation === OperationTypeNode.MUTATION,
  );
  const { context = {} } = options as { context?: object };
  const request = { context, errorPolicy: 'all', fetchPolicy: 'no-cache' } as const;
  await (isMutation ? client.mutate({ ...request, mutation: query }) : client.query({ ...request, query })).catch(
    () => {},
  );
  return sent;
}

const ONE = gql`
  mutation {
    write
  }
`;
const TWO = gql`
  mutation {
    first: write
    ...second
  }
  fragment second on Mutation {
    revoke
  }
`;
const answered = (status: number, bodyText: string) =>
  new ServerError('refused', { response: new Response(null, { status }), bodyText });

afterEach(closeStores);

describe('S57: a mutation that was refused', () => {
  test.each<[string, unknown, DocumentNode]>([
    ['its only field was refused', { data: { write: null }, errors: [refused(['write'])] }, ONE],
    ['its only field, not nullable, was refused', { data: null, errors: [refused(['write'])] }, ONE],
    [
      'all fields were refused',
      { data: { first: null, revoke: null }, errors: [refused(['first']), refused(['revoke'])] },
      TWO,
    ],
    ['the first was refused and ended it', { data: null, errors: [refused(['first'])] }, TWO],
    ['the request was refused', { errors: [refused()] }, TWO],
    [
      'only a sign-in would help, as the server says',
      { data: { write: null }, errors: [refused(['write'], { reason: 'token_invalid', action: 'LOGIN' })] },
      ONE,
    ],
    [
      'nothing but `__typename` was answered',
      { data: { __typename: 'Mutation', write: null }, errors: [refused(['write'])] },
      ONE,
    ],
    ['HTTP 401 came with no GraphQL', answered(401, '{"error":"unauthorized"}'), ONE],
    ['HTTP 401 came with such errors', answered(401, JSON.stringify({ errors: [refused()] })), ONE],
  ])('is sent once more where %s', async (_why, answer, mutation) => {
    const sent = await sendTo([answer], mutation);
    expect(sent).toEqual([`Bearer ${accessOf('a', 0)}`, `Bearer ${accessOf('a', 1)}`]);
  });

  test.each<[string, unknown, DocumentNode]>([
    ['another field ran, and all is null for the refused one', { data: null, errors: [refused(['revoke'])] }, TWO],
    ['another field ran', { data: { first: 1, revoke: null }, errors: [refused(['revoke'])] }, TWO],
    [
      'another field may have answered null',
      { data: { first: null, revoke: null }, errors: [refused(['revoke'])] },
      TWO,
    ],
    [
      'the field after the refused one may have answered null',
      { data: { first: null, revoke: null }, errors: [refused(['first'])] },
      TWO,
    ],
    ['something below its field was refused', { data: { write: null }, errors: [refused(['write', 'author'])] }, ONE],
    [
      'another error is there too',
      { data: null, errors: [refused(['write']), { message: 'No', path: ['write'] }] },
      ONE,
    ],
    ['the error is of a resolver of yours', { data: null, errors: [refused(['write'], { reason: undefined })] }, ONE],
    ['a password was wrong', { data: null, errors: [refused(['write'], { reason: 'no_active_account' })] }, ONE],
    ['its errors have lost their path', { data: null, errors: [refused()] }, TWO],
    [
      'HTTP 401 came with the answer of a part',
      answered(401, JSON.stringify({ data: { first: 1 }, errors: [refused(['revoke'])] })),
      TWO,
    ],
    ['HTTP 500 came', answered(500, ''), ONE],
  ])('is not sent again where %s', async (_why, answer, mutation) => {
    expect(await sendTo([answer], mutation)).toHaveLength(1);
  });

  test('opens no socket anew', async () => {
    const reconnect = jest.fn();
    const answer = { data: { write: null }, errors: [refused(['write'])] };
    expect(await sendTo([answer], ONE, { reconnect })).toHaveLength(2);
    expect(reconnect).not.toHaveBeenCalled();
  });

  test('is delivered as refused, and not sent as somebody else who has signed in meanwhile', async () => {
    const answer = { data: { write: null }, errors: [refused(['write'])] };
    const sent = await sendTo([answer], ONE, {}, (tokens) => tokens.save({ access: accessOf('b', 0), refresh: 'r' }));
    expect(sent).toEqual([`Bearer ${accessOf('a', 0)}`]);
  });
});

describe('an operation that needs no token', () => {
  test.each([
    gql`
      mutation {
        mine: tokenVerify(token: "a") {
          jti
        }
        __typename
      }
    `,
    gql`
      mutation {
        ... on Mutation {
          tokenVerify(token: "a") {
            jti
          }
        }
      }
    `,
    gql`
      mutation {
        ...a
      }
      fragment a on Mutation {
        ...b
      }
      fragment b on Mutation {
        tokenVerify(token: "a") {
          jti
        }
        ...a
      }
    `,
  ])('is sent without one, however it is written: %#', async (mutation) => {
    expect(await sendTo([{ data: null, errors: [refused()] }], mutation)).toEqual([undefined]);
  });

  test('is one that the application names, or one that says so in its context', async () => {
    const login = gql`
      mutation {
        login
      }
    `;
    const isOpen = ({ query }: ApolloLink.Operation) => isOpenOperation(query, undefined, ['login']);
    expect(await sendTo([{ errors: [refused()] }], login, { isOpen })).toEqual([undefined]);
    expect(await sendTo([{ errors: [refused()] }], ONE, { context: { skipAuth: true } })).toEqual([undefined]);
  });

  test('is read through a fragment that spreads itself, which the server refuses', () => {
    const circle = gql`
      mutation {
        ...Circle
      }
      fragment Circle on Mutation {
        tokenVerify(token: "a") {
          jti
        }
        ...Circle
      }
    `;
    expect(isOpenOperation(circle)).toBe(true);
  });

  test('is none that spreads a fragment which is missing, or asks for more, whether it is named or not', () => {
    const named = gql`
      query Named {
        me
      }
    `;
    for (const name of ['Named', 'Other', undefined]) expect(isOpenOperation(named, name)).toBe(false);
    expect(
      isOpenOperation(gql`
        mutation {
          ...tokenVerify
        }
      `),
    ).toBe(false);
    expect(
      isOpenOperation(gql`
        mutation {
          tokenVerify(token: "a") {
            jti
          }
          me
        }
      `),
    ).toBe(false);
  });
});

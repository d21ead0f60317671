import { ApolloClient, ApolloLink, gql, InMemoryCache } from '@apollo/client';
import { RetryLink } from '@apollo/client/link/retry';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { defer, Observable, of, switchMap, throwError } from 'rxjs';
import { clearForEachSession, createAuthLink, type TokenStore } from '../../src/client/apollo-client.ts';
import { accessOf, closeStores, refused, signedIn } from './refreshing-store.ts';

afterEach(closeStores);

describe('subscriptions of one socket', () => {
  const watch = gql`
    subscription {
      waved
    }
  `;

  test('open it anew once for one refresh, whatever their number, and end when somebody else signs in', async () => {
    const tokens = await signedIn();
    const reconnect = jest.fn();
    let sends = 0;
    const server = new ApolloLink(() => {
      sends += 1;
      return sends <= 5 ? of({ errors: [refused()] } as ApolloLink.Result) : new Observable(() => {});
    });
    const client = new ApolloClient({
      link: ApolloLink.from([createAuthLink({ tokens, reconnect }), server]),
      cache: new InMemoryCache(),
    });
    const results: unknown[] = [];
    for (let count = 0; count < 5; count += 1) {
      const context = { queryDeduplication: false };
      client.subscribe({ query: watch, context }).subscribe(({ error }) => results.push(error));
    }
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(sends).toBe(10);
    expect(reconnect).toHaveBeenCalledTimes(1);
    expect(results).toEqual([]);
    await tokens.save({ access: accessOf('b', 0), refresh: 'r' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(results.map(String)).toEqual(Array.from({ length: 5 }, () => expect.stringMatching('has ended')));
  });

  test('are told when the server refuses each fresh token after an event', async () => {
    const tokens = await signedIn();
    let refreshes = 0;
    tokens.subscribe(() => (refreshes += 1));
    const server = new ApolloLink(
      () => of({ data: { waved: 'hi' } }, { errors: [refused()] }) as Observable<ApolloLink.Result>,
    );
    const client = new ApolloClient({
      link: ApolloLink.from([createAuthLink({ tokens }), server]),
      cache: new InMemoryCache(),
    });
    const error = await new Promise((resolve) => {
      client.subscribe({ query: watch }).subscribe((result) => result.error && resolve(result.error));
    });
    expect(String(error)).toMatch('Token has expired');
    expect(refreshes).toBe(4);
  });
});

test('the cache is emptied whenever a session ends, and filled again as the next user', async () => {
  const tokens = await signedIn();
  const calls: string[] = [];
  const client = {
    clearStore: async () => calls.push('clear'),
    resetStore: async () => calls.push('reset'),
  };
  const stop = clearForEachSession(client, tokens);
  await tokens.refresh();
  expect(calls).toEqual([]);
  await tokens.save({ access: accessOf('b', 0), refresh: 'r' });
  expect(calls).toEqual(['reset']);
  await tokens.signOut();
  expect(calls).toEqual(['reset', 'clear']);
  stop();
});

test.each<[string, (tokens: TokenStore) => Promise<unknown>, string, readonly (string | undefined)[]]>([
  ['not as somebody else', (tokens) => tokens.save({ access: accessOf('b', 0), refresh: 'r' }), 'Somebody else', ['a']],
  ['without a token after a sign-out', (tokens) => tokens.signOut(), 'fetch failed', ['a', undefined]],
  ['with a fresh token of its session', (tokens) => tokens.refresh(), 'fetch failed', ['a', 'a1']],
])('S57: what another link sends again is sent %s', async (_how, prepare, message, expected) => {
  const tokens = await signedIn();
  const sent: unknown[] = [];
  const server = new ApolloLink((operation) => {
    const { headers = {} } = operation.getContext() as { headers?: Record<string, string> };
    sent.push(headers);
    return defer(() => prepare(tokens)).pipe(switchMap(() => throwError(() => new TypeError('fetch failed'))));
  });
  const again = new RetryLink({ delay: { initial: 0, jitter: false }, attempts: { max: 2 } });
  const client = new ApolloClient({
    link: ApolloLink.from([again, createAuthLink({ tokens }), server]),
    cache: new InMemoryCache(),
  });
  const mutation = gql`
    mutation {
      write
    }
  `;
  const context = { headers: { 'x-mine': '1' } };
  await expect(client.mutate({ mutation, context })).rejects.toThrow(message);
  const bearers = { a: accessOf('a', 0), a1: accessOf('a', 1) };
  expect(sent).toEqual(
    expected.map((name) => ({
      'x-mine': '1',
      ...(name !== undefined && { authorization: `Bearer ${bearers[name as 'a' | 'a1']}` }),
    })),
  );
});

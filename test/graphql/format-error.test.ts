import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { NoActiveAccount, StoreUnavailable } from '../../src/contracts/errors.ts';
import { createFormatError } from '../../src/graphql/format-error.ts';

describe('the errors that a client is answered', () => {
  const report = jest.fn<(error: unknown) => void>();
  const format = createFormatError(report);
  beforeEach(() => void report.mockReset());
  /** An error as Apollo Server hands it over: that of a resolver, in a wrapper. */
  const answered = (error: Error, code = 'INTERNAL_SERVER_ERROR') => {
    const wrapped =
      error instanceof GraphQLError
        ? error
        : new GraphQLError(error.message, { originalError: error, path: ['hello'] });
    const place = { locations: [{ line: 1, column: 2 }], path: ['hello'] };
    return format({ message: error.message, extensions: { code }, ...place }, wrapped);
  };

  test('pass as they are where they are ours, and are reported where operators must know', () => {
    expect(answered(new NoActiveAccount(), 'UNAUTHENTICATED').message).toMatch(/^No active account/);
    expect(report).not.toHaveBeenCalled();
    const gone = new StoreUnavailable(new Error('the disk is full'));
    expect(answered(gone, gone.code)).toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
    expect(report.mock.calls).toEqual([[gone]]);
  });

  test('pass as they are where they are of GraphQL, but for its own faults', () => {
    const syntax = new GraphQLError('Syntax Error');
    expect(answered(syntax, 'GRAPHQL_PARSE_FAILED').message).toBe('Syntax Error');
    expect(report).not.toHaveBeenCalled();
    expect(answered(syntax).message).toBe('Internal server error');
    expect(report.mock.calls).toEqual([[syntax]]);
  });

  test('tell nothing else but where it happened, and are reported', () => {
    const fault = new TypeError('secret is undefined');
    expect(answered(fault)).toEqual({
      message: 'Internal server error',
      locations: [{ line: 1, column: 2 }],
      path: ['hello'],
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
    expect(report.mock.calls).toEqual([[fault]]);
  });
});

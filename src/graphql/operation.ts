import type { GraphQLFormattedError } from 'graphql';

/** What a client asks for, as nearly all of them send it. */
export interface Operation {
  readonly query: string;
  readonly variables?: Record<string, unknown> | null;
  readonly operationName?: string | null;
}

/** What it is answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Iterable<readonly [name: string, value: string]>;
  readonly result: {
    readonly errors?: readonly GraphQLFormattedError[] | undefined;
    readonly data?: unknown;
    readonly extensions?: unknown;
  };
}

import { parse, type DocumentNode } from 'graphql';

/** A field of a form, as a serializer of Django REST framework declares it. */
export type FieldName = 'username' | 'password' | 'refresh' | 'token';

/** One of simplejwt's addresses, and the operation behind it. */
export interface Address {
  /** What `OPTIONS` calls it. */
  readonly name: string;
  readonly method: 'GET' | 'POST';
  /** What its body must hold, in the order in which errors name them. */
  readonly fields: readonly FieldName[];
  readonly document: DocumentNode;
  /** What it answers, made of the operation's result. */
  readonly answer: (result: never) => object;
  /** simplejwt answers a blacklisted token here as an error of no field. */
  readonly blacklistedIsInput?: true;
}

/** Declares an address. Its operation has one field, `result`. */
function address({ operation, ...rest }: Omit<Address, 'document'> & { readonly operation: string }): Address {
  return { ...rest, document: parse(operation) };
}

type Sliding = { readonly token: string };
const withoutNulls = (tokens: object) =>
  Object.fromEntries(Object.entries(tokens).filter(([, value]) => value !== null));
const nothing = () => ({});

/** The addresses of simplejwt's views, relative to the base address. */
export const ADDRESSES: ReadonlyMap<string, Address> = new Map([
  [
    '',
    address({
      name: 'Token Obtain Pair',
      method: 'POST',
      fields: ['username', 'password'],
      operation:
        'mutation ($username: String!, $password: String!) { result: tokenObtainPair(username: $username, password: $password) { refresh access } }',
      answer: withoutNulls,
    }),
  ],
  [
    'refresh',
    address({
      name: 'Token Refresh',
      method: 'POST',
      fields: ['refresh'],
      operation: 'mutation ($refresh: String!) { result: tokenRefresh(refresh: $refresh) { access refresh } }',
      answer: withoutNulls,
    }),
  ],
  [
    'verify',
    address({
      name: 'Token Verify',
      method: 'POST',
      fields: ['token'],
      operation: 'mutation ($token: String!) { result: tokenVerify(token: $token) { jti } }',
      answer: nothing,
      blacklistedIsInput: true,
    }),
  ],
  [
    'blacklist',
    address({
      name: 'Token Blacklist',
      method: 'POST',
      fields: ['refresh'],
      operation: 'mutation ($refresh: String!) { result: tokenBlacklist(refresh: $refresh) { jti } }',
      answer: nothing,
    }),
  ],
  [
    'sliding',
    address({
      name: 'Token Obtain Sliding',
      method: 'POST',
      fields: ['username', 'password'],
      operation:
        'mutation ($username: String!, $password: String!) { result: tokenObtainSliding(username: $username, password: $password) { token } }',
      answer: ({ token }: Sliding) => ({ token }),
    }),
  ],
  [
    'sliding/refresh',
    address({
      name: 'Token Refresh Sliding',
      method: 'POST',
      fields: ['token'],
      operation: 'mutation ($token: String!) { result: tokenRefreshSliding(token: $token) { token } }',
      answer: ({ token }: Sliding) => ({ token }),
    }),
  ],
  [
    '../hello',
    address({
      name: 'Hello',
      method: 'GET',
      fields: [],
      operation: '{ result: hello }',
      answer: (message: string) => ({ message }),
    }),
  ],
]);

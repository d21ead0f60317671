import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJwksSigningKeyProvider, extractFromHeader, useJWT } from '@graphql-yoga/plugin-jwt';
import { createSchema, createYoga } from 'graphql-yoga';
import { describeConsumer, type Consumer } from './consumer.ts';
import { AUDIENCE, ISSUER, type Issuer } from './issuer.ts';

/** A GraphQL API that knows who asks by the plugin alone. */
async function startYoga({ jwksUrl }: Issuer): Promise<Consumer> {
  const yoga = createYoga({
    logging: false,
    plugins: [
      useJWT({
        signingKeyProviders: [createRemoteJwksSigningKeyProvider({ jwksUri: jwksUrl })],
        tokenLookupLocations: [extractFromHeader({ name: 'authorization', prefix: 'Bearer' })],
        tokenVerification: { issuer: ISSUER, audience: AUDIENCE, algorithms: ['RS256'] },
        reject: { missingToken: true, invalidToken: true },
      }),
    ],
    schema: createSchema<{ jwt?: { payload: Record<string, unknown> } }>({
      typeDefs: 'type Query { userId: ID }',
      resolvers: {
        Query: {
          userId: (_root, _args, { jwt }) => jwt?.payload['user_id'] ?? null,
        },
      },
    }),
  });
  const server = createServer((request, response) => void yoga(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  return {
    verdictOn: async (token) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: '{"query":"{ userId }"}',
      });
      const { data, errors } = (await response.json()) as {
        data?: { userId: string | null };
        errors?: readonly { message: string }[];
      };
      if (typeof data?.userId === 'string') return `accepted ${data.userId}`;
      return `refused ${response.status} ${errors?.[0]?.message}`;
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const UNAUTHENTICATED = '401 Unauthenticated';

describeConsumer('graphql-yoga with its plugin for JWT', {
  start: startYoga,
  reasons: {
    'a changed signature': UNAUTHENTICATED,
    'changed claims': UNAUTHENTICATED,
    'no signature': UNAUTHENTICATED,
    'the public key as a secret': UNAUTHENTICATED,
    'the public JWK as a secret': UNAUTHENTICATED,
    'another key': UNAUTHENTICATED,
    'another key that it brings along': UNAUTHENTICATED,
    'a made-up kid': '500 Unexpected error.',
    'another issuer': UNAUTHENTICATED,
    'no issuer': UNAUTHENTICATED,
    'another audience': UNAUTHENTICATED,
    'no audience': UNAUTHENTICATED,
    'its time is over': UNAUTHENTICATED,
    'a refresh token': '500 Unexpected error.',
    'a refresh token that was signed out': '500 Unexpected error.',
  },
});

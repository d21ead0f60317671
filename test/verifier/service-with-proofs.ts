import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { authErrorIn, type VerifierContext } from '../../src/verifier/index.ts';

/** A service that answers who makes a request, and with which key, or why nobody does. */
export function serviceOf(contextOf: (request: IncomingMessage) => Promise<VerifierContext>): Server {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { auth } = await contextOf(request);
    // Twice, as several resolvers do: a proof is good for all of one request.
    const said = await Promise.all([auth.authenticate(), auth.authenticate()]).then(
      ([{ user, keyThumbprint }]) => ({ user: user.id, keyThumbprint }),
      (error: unknown) => authErrorIn(error)?.extensions ?? { reason: String(error) },
    );
    response.end(JSON.stringify(said));
  };
  return createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
}

import { createTokenVerifier } from 'graphql-simplejwt-verifier/edge';

/** Made at the first request, which has the settings, and kept: it remembers the keys. */
let verifier;

export default {
  async fetch(request, env) {
    verifier ??= createTokenVerifier({ jwksUrl: env.JWKS_URL });
    const { auth } = await verifier.context({ req: request });
    try {
      const { user } = await auth.authenticate();
      return Response.json({ user: user.id });
    } catch (error) {
      const { reason = 'internal_error', action } = error.extensions ?? error;
      return Response.json({ reason, action }, { status: action === 'WAIT' ? 503 : 401 });
    }
  },
};

import { describeConsumer } from './consumer.ts';
import { Django } from './django.ts';
import { AUDIENCE, ISSUER, USER_ID } from './issuer.ts';

const INVALID = 'Token is invalid or expired';

interface Answer {
  readonly message?: string;
  readonly messages?: readonly { readonly message: string }[];
}

describeConsumer('a Django project whose SIMPLE_JWT has our JWK_URL', {
  start: async ({ jwksUrl }) => {
    const django = new Django({ ALGORITHM: 'RS256', JWK_URL: jwksUrl, ISSUER, AUDIENCE });
    await django.start();
    return {
      verdictOn: async (token) => {
        const { status, body } = await django.hello(token);
        const { message, messages } = body as Answer;
        if (status === 200 && message === 'Hello, alice!') return `accepted ${USER_ID}`;
        if (status === 401) return `refused ${messages?.[0]?.message}`;
        throw new Error(`Django answered ${status}: ${JSON.stringify(body)}`);
      },
      stop: () => django.stop(),
    };
  },
  reasons: {
    'a changed signature': INVALID,
    'changed claims': INVALID,
    'no signature': INVALID,
    'the public key as a secret': INVALID,
    'the public JWK as a secret': INVALID,
    'another key': INVALID,
    'another key that it brings along': INVALID,
    'a made-up kid': INVALID,
    'another issuer': INVALID,
    'no issuer': INVALID,
    'another audience': INVALID,
    'no audience': INVALID,
    'its time is over': INVALID,
    'a refresh token': INVALID,
    'a refresh token that was signed out': INVALID,
  },
});

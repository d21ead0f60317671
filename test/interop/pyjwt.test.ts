import { describeConsumer, processOf } from './consumer.ts';
import { PYTHON } from './django.ts';

describeConsumer("PyJWT's PyJWKClient", {
  start: processOf(PYTHON, new URL('./pyjwt.py', import.meta.url)),
  reasons: {
    'a changed signature': 'InvalidSignatureError',
    'changed claims': 'InvalidSignatureError',
    'no signature': 'InvalidAlgorithmError',
    'the public key as a secret': 'InvalidAlgorithmError',
    'the public JWK as a secret': 'InvalidAlgorithmError',
    'another key': 'InvalidSignatureError',
    'another key that it brings along': 'InvalidSignatureError',
    'a made-up kid': 'PyJWKClientError',
    'another issuer': 'InvalidIssuerError',
    'no issuer': 'MissingRequiredClaimError',
    'another audience': 'InvalidAudienceError',
    'no audience': 'MissingRequiredClaimError',
    'its time is over': 'ExpiredSignatureError',
    'a refresh token': 'PyJWKClientError',
    'a refresh token that was signed out': 'PyJWKClientError',
  },
});

import { describeConsumer, processOf } from './consumer.ts';

describeConsumer('jose', {
  start: processOf(process.execPath, new URL('./jose.mjs', import.meta.url)),
  reasons: {
    'a changed signature': 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    'changed claims': 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    'no signature': 'ERR_JOSE_ALG_NOT_ALLOWED',
    'the public key as a secret': 'ERR_JOSE_ALG_NOT_ALLOWED',
    'the public JWK as a secret': 'ERR_JOSE_ALG_NOT_ALLOWED',
    'another key': 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    'another key that it brings along': 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    'a made-up kid': 'ERR_JWKS_NO_MATCHING_KEY',
    'another issuer': 'iss',
    'no issuer': 'iss',
    'another audience': 'aud',
    'no audience': 'aud',
    'its time is over': 'exp',
    'a refresh token': 'ERR_JOSE_ALG_NOT_ALLOWED',
    'a refresh token that was signed out': 'ERR_JOSE_ALG_NOT_ALLOWED',
  },
});

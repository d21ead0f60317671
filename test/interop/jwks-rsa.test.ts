import { describeConsumer, processOf } from './consumer.ts';
import { AUDIENCE, ISSUER } from './issuer.ts';

const ISSUER_INVALID = `jwt issuer invalid. expected: ${ISSUER}`;
const NO_KEY = `error in secret or public key callback: Unable to find a signing key that matches '<thumbprint>'`;
const AUDIENCE_INVALID = `jwt audience invalid. expected: ${AUDIENCE}`;

describeConsumer('jsonwebtoken with jwks-rsa', {
  start: processOf(process.execPath, new URL('./jwks-rsa.mjs', import.meta.url)),
  reasons: {
    'a changed signature': 'invalid signature',
    'changed claims': 'invalid signature',
    'no signature': 'jwt signature is required',
    'the public key as a secret': 'invalid algorithm',
    'the public JWK as a secret': 'invalid algorithm',
    'another key': 'invalid signature',
    'another key that it brings along': 'invalid signature',
    'a made-up kid': `error in secret or public key callback: Unable to find a signing key that matches 'made-up'`,
    'another issuer': ISSUER_INVALID,
    'no issuer': ISSUER_INVALID,
    'another audience': AUDIENCE_INVALID,
    'no audience': AUDIENCE_INVALID,
    'its time is over': 'jwt expired',
    'a refresh token': NO_KEY,
    'a refresh token that was signed out': NO_KEY,
  },
});

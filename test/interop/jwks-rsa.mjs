// A service with jsonwebtoken and jwks-rsa. One token a line comes in, one answer a line goes out.
import { createInterface } from 'node:readline';
import jwt from 'jsonwebtoken';
import { JwksClient } from 'jwks-rsa';

const [jwksUri, issuer, audience] = process.argv.slice(2);
const client = new JwksClient({ jwksUri });

function keyOf({ kid }, done) {
  client.getSigningKey(kid, (error, key) => done(error, key?.getPublicKey()));
}

function verdictOn(token) {
  return new Promise((resolve) => {
    jwt.verify(token, keyOf, { algorithms: ['RS256'], issuer, audience }, (error, claims) => {
      if (error) resolve(`refused ${error.message}`);
      else resolve(claims.token_type === 'access' ? `accepted ${claims.user_id}` : 'refused token_type');
    });
  });
}

for await (const token of createInterface({ input: process.stdin })) {
  process.stdout.write(`${await verdictOn(token)}\n`);
}

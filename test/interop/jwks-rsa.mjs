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
      // The name of a derived key is not the same in two runs.
      const reason = error?.message.replace(/'[\w-]{43}'/, `'<thumbprint>'`);
      resolve(error ? `refused ${reason}` : `accepted ${claims.user_id}`);
    });
  });
}

for await (const token of createInterface({ input: process.stdin })) {
  process.stdout.write(`${await verdictOn(token)}\n`);
}

// A service with jose. One token a line comes in, one answer a line goes out.
import { createInterface } from 'node:readline';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const [url, issuer, audience] = process.argv.slice(2);
// Its own thirty seconds are longer than the test that rotates the keys.
const keys = createRemoteJWKSet(new URL(url), { cooldownDuration: 0 });

for await (const token of createInterface({ input: process.stdin })) {
  const answer = await jwtVerify(token, keys, { algorithms: ['RS256'], issuer, audience }).then(
    ({ payload }) => `accepted ${payload.user_id}`,
    ({ code, claim }) => `refused ${claim ?? code}`,
  );
  process.stdout.write(`${answer}\n`);
}

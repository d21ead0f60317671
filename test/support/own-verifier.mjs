// Another service, with our verifier as it is published. One token a line comes in, one answer a line goes out.
import { createInterface } from 'node:readline';
import { createTokenVerifier } from 'graphql-simplejwt/verifier';

const [jwksUrl] = process.argv.slice(2);
const verifier = createTokenVerifier({ jwksUrl });

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await verifier.verify(line).then(
    ({ token }) => `accepted ${token.userId}`,
    ({ reason }) => `refused ${reason}`,
  );
  process.stdout.write(`${answer}\n`);
}

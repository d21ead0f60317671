// Another service, with jose: it verifies tokens by the published keys alone, and keeps the set as long as it is told to. One token
// a line comes in, one answer a line goes out.
import { createInterface } from 'node:readline';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const [url, cacheMaxAge] = process.argv.slice(2);
// It asks for no key that it does not know: whoever publishes a key must have done so in time.
const keys = createRemoteJWKSet(new URL(url), { cacheMaxAge: Number(cacheMaxAge), cooldownDuration: 60_000 });

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await jwtVerify(line, keys).then(
    ({ protectedHeader }) => `accepted ${protectedHeader.kid}`,
    ({ code }) => `refused ${code}`,
  );
  process.stdout.write(`${answer}\n`);
}

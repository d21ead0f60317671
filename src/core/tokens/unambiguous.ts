const TEXTS = /"(?:[^"\\]|\\.)*"/g;

/**
 * Whether a token whose signature holds can be read in one way only: no name is twice in an object of its claims, where some
 * parsers take the first and others the last (RFC 7519 4), and no unused bits of the signature are set (RFC 4648 3.5).
 */
export function hasOneReading(token: string, claims: unknown): boolean {
  const [, payloadPart = '', signature = ''] = token.split('.');
  return hasUniqueNames(payloadPart, claims) && Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

/**
 * Whether no name is twice in an object of a part of a token. Outside its texts, JSON has a colon for each member; a parser
 * has kept one member for each name.
 */
export function hasUniqueNames(part: string, parsed: unknown): boolean {
  const written = Buffer.from(part, 'base64url').toString().replaceAll(TEXTS, '').split(':').length - 1;
  return written === countMembers(parsed);
}

/** A loop, since a token may nest deeper than the stack. */
function countMembers(parsed: unknown): number {
  const pending: unknown[] = [parsed];
  let count = 0;
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null) continue;
    const members: readonly unknown[] = Object.values(value);
    if (!Array.isArray(value)) count += members.length;
    for (const member of members) pending.push(member);
  }
  return count;
}

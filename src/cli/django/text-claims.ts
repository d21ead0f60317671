/** What the text of a token claims, with nothing checked; nothing where it is none, as where a dump was made without texts. */
export function textClaims(text: string): Readonly<Record<string, unknown>> {
  const [, payload = ''] = text.split('.');
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return typeof claims === 'object' && claims !== null ? { ...claims } : {};
  } catch {
    return {};
  }
}

/** What is wrong with each of these origins that is a URL, but not spelt as browsers spell an origin. */
export function originProblems(given: unknown): string[] {
  const origins = Array.isArray(given) ? given.map(String) : String(given).split(',');
  return origins.flatMap((each) => {
    const text = each.trim();
    if (!/^https?:/i.test(text) || !URL.canParse(text)) return [];
    const { origin, pathname, search, hash } = new URL(text);
    if (text === origin) return [];
    const problem = `got ${JSON.stringify(text)}, expected ${origin}`;
    const hasSlash = text.endsWith('/') && pathname === '/' && search === '' && hash === '';
    if (hasSlash) return [`${problem}, without the slash at the end`];
    return [`${problem}: an origin is a scheme, a host in lower case and a port that is not the default`];
  });
}

/** What a file of variables leaves on a value where a shell or Docker reads it literally. A secret would silently be another one. */
export function leftByEnvFile(name: string, value: string): string[] {
  if (value.endsWith('\r')) {
    return [
      `${name}: the value ends with a carriage return, as in a file with Windows line ends; expected line ends without it (LF).`,
    ];
  }
  if (/^(["'])[^]*\1$/.test(value)) {
    return [
      `${name}: the value has quotes around it, which count as part of it; expected it without them. \`docker run --env-file\` and \`kubectl\` keep quotes.`,
    ];
  }
  return [];
}

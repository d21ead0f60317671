import { isSecureOrigin } from './secure-origin.ts';
import type { ServerSettings, Settings } from './settings-table.ts';

/** Combinations of the settings of bound tokens that make no sense, as lines for operators. */
export function dpopProblems(settings: Settings, nameOf: (key: keyof Settings) => string): string[] {
  const { dpop, dpopNonce, publicUrl = [], authHeaderTypes } = settings;
  const problems: string[] = [];
  const on = nameOf('dpop');
  if (dpopNonce && dpop === 'off') {
    problems.push(`${nameOf('dpopNonce')}: on with ${on} off, where no proof is asked for; expected ${on} on as well.`);
  }
  if (dpop !== 'off' && authHeaderTypes.some((scheme) => scheme.toLowerCase() === 'dpop')) {
    problems.push(
      `${nameOf('authHeaderTypes')}: got DPoP with ${on} on, which accepts that scheme itself, with a proof; expected the other schemes alone.`,
    );
  }
  for (const url of publicUrl.filter((each) => !isSecureOrigin(new URL(each).origin))) {
    problems.push(
      `${nameOf('publicUrl')}: got "${url}", where anybody on the network can read and change requests; expected https, or http on localhost.`,
    );
  }
  return problems;
}

/** The library has no other way to know the address. */
export function libraryDpopProblems({ dpop, publicUrl }: Settings): string[] {
  if (dpop === 'off' || publicUrl !== undefined) return [];
  return [
    'publicUrl: not set with dpop on; expected where clients reach your server, such as https://api.example.com.',
  ];
}

/** A client names any `Host`, and so would who passes on a proof that was made for another server. */
export function productionDpopProblems({ dpop, publicUrl }: ServerSettings): string[] {
  if (dpop === 'off' || publicUrl !== undefined) return [];
  return [
    'PUBLIC_URL: not set with JWT_DPOP on and NODE_ENV=production; expected where clients reach this server, such as https://api.example.com.',
  ];
}

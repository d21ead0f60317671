import { hookTable } from './settings-table.ts';

/** What there is here instead of simplejwt's settings that name classes, and of those it has removed. */
const REPLACED: Readonly<Record<string, string>> = {
  TOKEN_OBTAIN_SERIALIZER: byHook('claims', 'for claims of your own, or userAuthenticationRule, for who may sign in'),
  SLIDING_TOKEN_OBTAIN_SERIALIZER: byHook(
    'claims',
    'for claims of your own, or userAuthenticationRule, for who may sign in',
  ),
  TOKEN_REFRESH_SERIALIZER: byHook('userAuthenticationRule', 'for who may refresh'),
  SLIDING_TOKEN_REFRESH_SERIALIZER: byHook('userAuthenticationRule', 'for who may refresh'),
  TOKEN_VERIFY_SERIALIZER: byHook(
    'userAuthenticationRule',
    'for who may sign in, or a field of your own that calls auth.tokens.verify',
  ),
  TOKEN_BLACKLIST_SERIALIZER: byHook(
    'onSecurityEvent',
    'for what follows a sign-out, or a field of your own that calls auth.tokens.blacklist',
  ),
  AUTH_HEADER_TYPE: 'was removed from simplejwt too; expected JWT_AUTH_HEADER_TYPES (authHeaderTypes).',
  AUTH_TOKEN_CLASS: 'was removed from simplejwt too; expected JWT_AUTH_TOKEN_CLASSES (authTokenClasses).',
  SECRET: 'is called JWT_SIGNING_KEY (signingKey) here.',
  SECRET_KEY: 'was removed from simplejwt too; expected JWT_SIGNING_KEY (signingKey).',
  TOKEN_BACKEND_CLASS:
    'was removed from simplejwt too; expected JWT_ALGORITHM and the keys to say how tokens are signed.',
};

function byHook(hook: keyof typeof hookTable, purpose: string): string {
  return `is a class of Python; expected the option ${hook} of the library, ${purpose}.`;
}

/** What to say to a setting of simplejwt that there is none for here; null for any other name. */
export function replacementOf(seed: string): string | null {
  if (Object.hasOwn(REPLACED, seed)) return REPLACED[seed] ?? null;
  const hook = Object.entries(hookTable).find(([, row]) => row.seed === seed);
  if (hook === undefined) return null;
  return `is a function, and so an option of the library (${hook[0]}); expected not to be in the environment.`;
}

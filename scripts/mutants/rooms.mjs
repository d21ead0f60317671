/**
 * The rooms of `src` whose suites must turn red when something breaks in them, and the suites: those in the folder of
 * that name, and others that are about the room. The likeliest come first.
 */
export const ROOMS = {
  verifier: [],
  client: [],
  'core/trust': ['server/http/service-api', 'server/http/service-credentials', 'server/http/revocations', 'verifier'],
  'core/activity': ['stores/activity-contract', 'core/admin'],
  'core/admin': ['core/recovery/user-administration', 'security/audit', 'stores/user-search-contract'],
  'core/devices': ['core/notices'],
  'core/factors': ['security/second-factor', 'core/step-up', 'stores/second-factor-contract'],
  'core/leaving': ['core/step-up'],
  'core/live': ['graphql/graphql-ws', 'server/sockets'],
  'core/mail': ['core/recovery', 'core/notices', 'security/recovery', 'server/http/mail-page'],
  'core/notices': ['core/recovery', 'core/devices'],
  'core/recovery': ['security/recovery', 'core/mail'],
  'core/roles': ['core/admin', 'core/tokens/claims-by-setting'],
  'core/step-up': ['security/second-factor'],
  'core/throttle': ['security/throttling.test', 'security/guessing', 'stores/attempts-contract'],
  'core/keys': ['seed/core-keys', 'security/key-confusion', 'server/http/well-known', 'security/key-names', 'verifier'],
  'core/users': [
    'cli/outstanding-tokens',
    'core/sessions/interleavings',
    'security/passwords',
    'security/rehash',
    'security/enumeration',
    'seed/login',
  ],
  stores: ['seed/store', 'cli/store'],
  graphql: ['seed/header', 'seed/verify', 'security/graphql-limits', 'security/answers', 'seed/login', 'core/admin'],
  'core/tokens': ['core/sessions', 'seed', 'security/forgery.test', 'security/key-confusion', 'security/revocation'],
  'core/sessions': [
    'core/tokens/told',
    'core/roles',
    'core/users/deletion',
    'seed/refresh',
    'seed/blacklist',
    'seed/sliding',
    'seed/login',
    'security/revocation',
  ],
};

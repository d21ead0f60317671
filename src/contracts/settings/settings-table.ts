import { isIP } from 'node:net';
import { accessClaims } from './access-claims.ts';
import { ALGORITHMS, type Algorithm } from './algorithms.ts';
import {
  boolean,
  duration,
  durationOrNone,
  integer,
  integerOr,
  list,
  oneOf,
  optional,
  REFUSED,
  text,
  type GivenTo,
  type Kind,
  type ValueOf,
} from './kinds.ts';
import { claimName, verifierSettings } from './verifier-settings.ts';

export { ALGORITHMS, type Algorithm };

/** One row of the table. */
interface Setting<Value = unknown, Given = unknown> extends Kind<Value, Given> {
  /** Name in the environment; the library's name is the key of the row. */
  readonly env: string;
  readonly default: Given;
  readonly meaning: string;
  /** Never shown, in errors neither. */
  readonly secret?: true;
}

const row = <Value, Given>(
  env: string,
  kind: Kind<Value, Given>,
  fallback: Given,
  meaning: string,
): Setting<Value, Given> => ({ env, ...kind, default: fallback, meaning });

/** The row of a setting that verifiers have too. */
const shared = <Value, Given>(
  env: string,
  { kind, fallback }: { readonly kind: Kind<Value, Given>; readonly fallback: Given },
  meaning: string,
): Setting<Value, Given> => row(env, kind, fallback, meaning);

const secret = <Value, Given>(setting: Setting<Value, Given>): Setting<Value, Given> => ({ ...setting, secret: true });

/** Its message mentions EdDSA, which simplejwt supports. */
const algorithm: Kind<Algorithm, Algorithm> = {
  ...oneOf(...ALGORITHMS),
  accepts: `one of ${ALGORITHMS.join(', ')}; EdDSA is not offered, as jsonwebtoken does not have it`,
};

/** Fields by which an account can be found; simplejwt's `pk` is another name of `id`. */
const USER_ID_FIELDS = { id: 'id', pk: 'id', username: 'username' } as const;
const userIdField: Kind<'id' | 'username', keyof typeof USER_ID_FIELDS> = {
  read: (given) =>
    typeof given === 'string' && Object.hasOwn(USER_ID_FIELDS, given)
      ? USER_ID_FIELDS[given as keyof typeof USER_ID_FIELDS]
      : REFUSED,
  accepts: 'id (also pk) or username; an e-mail address may change, and be that of another account later',
};
const nonEmpty = (what: string) => optional(text(what, /./s));
const isLongSecret = (value: string) => value.length >= 32;
/** Links lead there with a token after a `#`, so it has none. */
const accountUrl = optional(text('an https URL, or http on localhost, without a # in it', /^https?:\/\/[^\s#]+$/));
/** No character in it ends a line of a header, or begins another address. */
const MAIL_FROM = /^(?:[^\p{C}<>@,;:"\\]+ )?<?[^\p{C}\s<>@,;:"\\]+@[^\p{C}\s<>@,;:"\\]+>?$/u;
const host = text('an address or host name', /^[\w.:-]+$/);
const isOrigin = (value: string) => /^https?:/.test(value) && URL.canParse(value) && new URL(value).origin === value;
/** Without a query, a fragment or user information. */
const isBaseUrl = (value: string) => /^https?:\/\/[^\s?#@\\]+$/.test(value) && URL.canParse(value);
const isNetwork = (value: string) => {
  if (/^(loopback|linklocal|uniquelocal)$/.test(value)) return true;
  const [address = '', bits = '1', ...rest] = value.split('/');
  const longest = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  return rest.length === 0 && !address.includes('%') && /^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= longest;
};
/** Not `Forwarded`: its values (RFC 7239) are more than addresses. */
const addressHeader = text(
  'a header that holds addresses and nothing else, such as X-Forwarded-For or CF-Connecting-IP',
  /^(?!forwarded$)[\w!#$%&'*+.^`|~-]+$/i,
);

/** Settings of the library and the server alike. */
// oxfmt-ignore
export const authTable = {
  accessTokenLifetime: row('JWT_ACCESS_TOKEN_LIFETIME', duration('1s', '365d'), '5m', 'How long an access token is valid. It never outlives its session.'),
  refreshTokenLifetime: row('JWT_REFRESH_TOKEN_LIFETIME', duration('1s', '3650d'), '1d', 'How long a refresh token is valid, and so how long a session can stay unused.'),
  rotateRefreshTokens: row('JWT_ROTATE_REFRESH_TOKENS', boolean, true, 'Refreshing also returns the successor of the refresh token.'),
  blacklistAfterRotation: row('JWT_BLACKLIST_AFTER_ROTATION', boolean, true, 'A refresh token that was exchanged for its successor is no longer usable; using it again ends the session.'),
  updateLastLogin: row('JWT_UPDATE_LAST_LOGIN', boolean, false, "Store the time of each successful sign-in in the user's `lastLogin`."),
  algorithm: row('JWT_ALGORITHM', algorithm, 'HS256', 'The one algorithm that signs and is accepted. With `JWT_KEYS_DIR` each key has its own; this is then that of `JWT_SIGNING_KEY`, and of the first key of `keys generate`.'),
  signingKey: secret(row('JWT_SIGNING_KEY', nonEmpty('a secret of at least 32 bytes (HS), or a private key of at least 2048 bits (RS, PS) or of the curve of the algorithm (ES), as PEM, as a JWK in JSON, or the path of a file with any of these'), undefined, 'Signs tokens; for HS algorithms it also verifies them. Required in production and in the library, unless there is `JWT_KEYS_DIR`: then it signs nothing, and verifies tokens that name no key.')),
  verifyingKey: row('JWT_VERIFYING_KEY', nonEmpty('a public key as PEM, as a JWK in JSON, or the path of a file with either'), undefined, 'Verifies tokens of RS, PS and ES algorithms. Default: the public half of the signing key.'),
  refreshOwnKey: row('JWT_REFRESH_OWN_KEY', boolean, true, 'Refresh tokens are signed with a separate key that is not in the JWKS, so services that verify by the published keys accept access tokens only. It is derived from the private key or the key of the ring; with one HS secret there is none unless `JWT_REFRESH_SIGNING_KEY` is set. `off`: signed with the key of access tokens, for other servers that must read them, such as Django. Both are accepted either way. See docs/keys.md.'),
  refreshSigningKey: secret(row('JWT_REFRESH_SIGNING_KEY', nonEmpty('a secret of at least 32 bytes, a JWK of one in JSON, or the path of a file with either'), undefined, 'Signs and verifies refresh tokens (HS256) in place of the derived key, and where `JWT_SIGNING_KEY` is a secret that others have too. With `JWT_KEYS_DIR` it signs nothing, and verifies those from before the ring.')),
  accessTokenTyp: row('JWT_ACCESS_TOKEN_TYP', oneOf('JWT', 'at+jwt'), 'JWT', 'The header `typ` of access tokens. `at+jwt` (RFC 9068) lets others refuse all tokens but these. Sliding and refresh tokens keep `JWT`.'),
  keysDir: row('JWT_KEYS_DIR', nonEmpty('a folder'), undefined, 'The key ring: keys by `kid`, of which one signs and all verify, kept by the commands `keys ...` and read again as they change. See docs/keys.md. Not set: `JWT_SIGNING_KEY` is the only key.'),
  audience: shared('JWT_AUDIENCE', verifierSettings.audience, 'Written into every token as `aud` and required of every token. Not set: not checked.'),
  issuer: shared('JWT_ISSUER', verifierSettings.issuer, 'Written into every token as `iss` and required of every token. Not set: not checked.'),
  jwkUrl: row('JWT_JWK_URL', optional(text('an https or http URL', /^https?:\/\/\S+$/)), undefined, 'Where the public keys of the tokens are found by `kid` (RFC 7517). RS, PS and ES algorithms only.'),
  leeway: shared('JWT_LEEWAY', verifierSettings.leeway, 'Tolerance for clocks that differ, in checks of `exp`, `nbf`, `iat` and `refresh_exp`, in the grace interval and in the replay window.'),
  authHeaderTypes: shared('JWT_AUTH_HEADER_TYPES', verifierSettings.authHeaderTypes, 'Accepted schemes of the header, in any case of letters; `WWW-Authenticate` names the first.'),
  authHeaderName: shared('JWT_AUTH_HEADER_NAME', verifierSettings.authHeaderName, 'The header that carries the token.'),
  userIdField: row('JWT_USER_ID_FIELD', userIdField, 'id', "Which of the user's fields identifies them in a token."),
  userIdClaim: shared('JWT_USER_ID_CLAIM', verifierSettings.userIdClaim, 'The claim that holds it.'),
  authTokenClasses: shared('JWT_AUTH_TOKEN_CLASSES', verifierSettings.authTokenClasses, 'Types of token accepted in the header.'),
  tokenTypeClaim: shared('JWT_TOKEN_TYPE_CLAIM', verifierSettings.tokenTypeClaim, 'The claim that holds the type of a token. `none`: it is `token_type`, and a token without a type is accepted as the expected type, so a refresh token without one also authenticates requests.'),
  jtiClaim: shared('JWT_JTI_CLAIM', verifierSettings.jtiClaim, 'The claim that holds the unique name of a token. `none`: it is `jti`, and a token without one is accepted too; its name is a digest of the token.'),
  slidingTokenLifetime: row('JWT_SLIDING_TOKEN_LIFETIME', duration('1s', '365d'), '5m', 'How long a sliding token authenticates requests without a refresh.'),
  slidingTokenRefreshLifetime: row('JWT_SLIDING_TOKEN_REFRESH_LIFETIME', duration('1s', '3650d'), '1d', 'How long a sliding token can be refreshed.'),
  slidingTokenRefreshExpClaim: row('JWT_SLIDING_TOKEN_REFRESH_EXP_CLAIM', claimName, 'refresh_exp', 'The claim that holds the end of that time.'),
  accessClaims: row('JWT_CLAIMS', optional(accessClaims), undefined, 'Claims of access and sliding tokens, made of the account whenever one is made: `$id`, `$username`, `$roles` (`ADMIN` of admins; in a list its items) and `$scope` (the roles with spaces between; left out where there are none). `scope` is `{"sub":"$id","username":"$username","scope":"$scope"}`, `hasura` what Hasura reads. They replace claims of the hook `claims` that have the same name.'),
  checkRevokeToken: row('JWT_CHECK_REVOKE_TOKEN', boolean, false, 'Tokens carry a fingerprint that a password change invalidates.'),
  revokeTokenClaim: row('JWT_REVOKE_TOKEN_CLAIM', claimName, 'hash_password', 'The claim that holds that fingerprint.'),
  checkUserIsActive: row('JWT_CHECK_USER_IS_ACTIVE', boolean, true, 'Disabled users are refused at sign-in and in every guarded field.'),
  sessionLifetime: row('JWT_SESSION_LIFETIME', durationOrNone('1s', '3650d'), '30d', 'The absolute end of a session, counted from sign-in; refreshing never moves it. `none`: a session continues for as long as it is refreshed in time.'),
  reuseGrace: row('JWT_REUSE_GRACE', duration('0s', '300s'), '30s', 'How long the immediate predecessor of a refresh token is answered with the same successor (a lost response, two tabs), as often as it comes. 0: a second use is never answered.'),
  replayWindow: row('JWT_REPLAY_WINDOW', duration('0s', '30d'), '7d', 'How long after a rotation the predecessor is still answered while its successor was never exchanged (a client that was offline when the answer came): five times at most after a grace interval, each of which begins another. 0: only within the grace interval. Any other second use ends the session.'),
  maxSessions: row('JWT_MAX_SESSIONS', integer(1, 10_000), 100, 'Live sessions of one user; a further sign-in ends the oldest.'),
  authentication: row('JWT_AUTHENTICATION', oneOf('session', 'stateless'), 'session', '`session`: a guarded field reads the user and the session, so a revocation takes effect immediately. `stateless`: it reads nothing and trusts the access token until it expires.'),
  dpop: row('JWT_DPOP', oneOf('off', 'optional', 'required'), 'off', 'Sender-constrained tokens (RFC 9449): the tokens of a client that signs in with a DPoP proof are bound to its key, so that a stolen one is refused without a proof of that key. `optional`: other clients get bearer tokens. `required`: sign-in, refresh and guarded operations need a proof. Needs `PUBLIC_URL` in production. See docs/dpop.md.'),
  dpopNonce: row('JWT_DPOP_NONCE', boolean, false, 'Proofs must have a nonce of this server, which changes every five minutes: a proof that was made in advance is refused, and the clocks of clients do not matter. Clients get it with the reason `use_dpop_nonce` and in the header `DPoP-Nonce`.'),
  publicUrl: row('PUBLIC_URL', optional(list('one or several URLs without a query, separated by commas, such as https://api.example.com', isBaseUrl)), undefined, 'Where clients reach this server, to which the path of a request is added: the address that a DPoP proof must be made for. Behind a proxy that strips a prefix from the path, with that prefix. Not set outside production: the `Host` of the request.'),
  refreshCookie: row('JWT_REFRESH_COOKIE', boolean, false, 'Cookie mode: the refresh token of a browser (a request with `Origin`) is in an HttpOnly cookie, and not in the answer. Needs https, except on localhost. Other clients and sliding tokens are not affected.'),
  corsOrigins: row('CORS_ORIGINS', optional(list('origins separated by commas, as browsers spell them, such as https://app.example.com', isOrigin)), undefined, 'Origins whose pages may call this server and, with `JWT_REFRESH_COOKIE`, use its cookie. In the library only the latter: your own server sends CORS headers. Not set: only its own origin.'),
  maxDepth: row('GRAPHQL_MAX_DEPTH', integer(1, 1000), 16, 'Levels of fields in an operation. The schema needs four, introspection fifteen.'),
  maxAliases: row('GRAPHQL_MAX_ALIASES', integer(0, 1000), 20, 'Aliases in an operation, those of fragments counted wherever they are spread.'),
  maxRootFields: row('GRAPHQL_MAX_ROOT_FIELDS', integer(1, 1000), 20, 'Fields at the root of an operation. Of those that check or store a password there may be one.'),
  maxDirectives: row('GRAPHQL_MAX_DIRECTIVES', integer(0, 1000), 20, 'Directives in an operation.'),
  maxFragments: row('GRAPHQL_MAX_FRAGMENTS', integer(0, 1000), 50, 'Fragments in a document.'),
  registration: row('REGISTRATION', boolean, false, 'Whether anyone can create an account with `userRegister`.'),
  email: row('EMAIL', boolean, false, 'Accounts may have an e-mail address: they sign in with it as well, `userRegister` takes it, and `emailChange` and `emailVerify` change it by a link that is sent to it. Needs `SMTP_URL`, `MAIL_FROM` and `ACCOUNT_URL` in production. See docs/recovery.md.'),
  passwordReset: row('PASSWORD_RESET', boolean, false, 'Users who forgot their password get a link by mail: `passwordResetRequest` and `passwordReset`. Needs `EMAIL`.'),
  userAdministration: row('USER_ADMINISTRATION', boolean, false, 'Admins may create and delete accounts and set passwords by the API: `userCreate`, `userDelete`, `userSetPassword` and, with `EMAIL`, `userInvite`.'),
  keyAdministration: row('KEY_ADMINISTRATION', boolean, false, 'Admins may rotate the key ring by the API: `keyRotate`. Needs `JWT_KEYS_DIR`, which the server must be able to write.'),
  notices: row('NOTICES', boolean, false, 'Users are told of sign-ins with a new device, changes of their password, address or second factor, and of stolen tokens: by mail with `EMAIL`, and in `securityEvents`, which lists the last 50 events of their account.'),
  accountUrl: row('ACCOUNT_URL', accountUrl, undefined, 'The page of your application that links in mails lead to, such as https://app.example.com/account. What the link is for and its token follow after a `#`, which no server sees. Outside production the default is the example application, http://127.0.0.1:5173/.'),
  smtpUrl: secret(row('SMTP_URL', optional(text('an smtp:// or smtps:// URL, such as smtps://user:password@smtp.example.com', /^smtps?:\/\/\S+$/)), undefined, 'The SMTP server that sends mails. `smtp://` uses STARTTLS, and refuses a server without it unless the URL ends with `?requireTLS=false`; on localhost it uses no TLS. Not set outside production: mails are shown at `/mail` and in the log.')),
  mailFrom: row('MAIL_FROM', optional(text('an address, or a name and an address such as Example <no-reply@example.com>', MAIL_FROM)), undefined, 'The sender of mails.'),
  mailTemplates: row('MAIL_TEMPLATES', nonEmpty('a folder'), undefined, 'Texts of mails that replace ours, by language: `de/password-reset.txt` and `.html`. See docs/recovery.md.'),
  throttlePasswordResets: row('THROTTLE_PASSWORD_RESETS', integer(1, 1_000_000), 20, 'Password resets that one address may ask for in an hour; for one account, a quarter of that. A mailbox gets at most 5 links in half an hour, wherever they are asked for from.'),
  throttle: row('THROTTLE', boolean, true, 'Whether attempts are counted, and clients with too many are throttled. Behind a proxy the addresses below are those of clients only with `TRUST_PROXY`.'),
  throttleSignInFailures: row('THROTTLE_SIGN_IN_FAILURES', integer(1, 1000), 10, 'Failed sign-ins to one account from one address before waits begin: 1 s, 2 s, 4 s and so on, forgotten after a day or a success. The same for wrong current passwords in `passwordChange`. An IPv6 address is its /64; a /48 is let through three times as often.'),
  throttleAddressFailures: row('THROTTLE_ADDRESS_FAILURES', integer(1, 1_000_000), 100, 'Failed sign-ins from one address, whatever the account, before waits begin; forgotten after an hour. An IPv6 /48 is let through ten times as often.'),
  throttleAccountFailures: row('THROTTLE_ACCOUNT_FAILURES', integer(1, 100), 50, 'Wrong passwords for one account from all addresses together, before waits begin: 1 s, 2 s, 4 s up to an hour, forgotten after a day. Addresses from which the account signed in within 90 days are neither counted nor throttled. NIST SP 800-63B-4 3.2.2 allows at most 100 in a row.'),
  throttleMaxWait: row('THROTTLE_MAX_WAIT', duration('1s', '1h'), '15m', 'The longest of these waits, except those of `THROTTLE_ACCOUNT_FAILURES`.'),
  throttleRegistrations: row('THROTTLE_REGISTRATIONS', integer(1, 1_000_000), 10, 'Registrations in an hour from one address.'),
  throttleRefreshes: row('THROTTLE_REFRESHES', integer(1, 1_000_000), 1000, 'Refreshes in a minute from one address, and as many WebSockets.'),
  passwordMinLength: row('PASSWORD_MIN_LENGTH', integer(8, 64), 8, 'Characters that a new password must have. NIST SP 800-63B-4 3.1.1.2 asks for 15 where the password is the only factor, and for 8 beside a second factor.'),
  passwordHashCost: row('PASSWORD_HASH_COST', integer(4, 15), 12, 'bcrypt cost of new password hashes; at least 10 in production. Each step doubles the work.'),
  roles: row('ROLES', boolean, false, 'Users have roles: admins change them with `userSetRoles`, operators with `users set-roles`. Access and sliding tokens have them as the claim `roles`, with `ADMIN` for admins, and `@Authorized(...)` asks the account for them. The claim replaces one of this name by the hook `claims`. See docs/accounts.md.'),
  deviceNames: row('DEVICE_NAMES', boolean, false, 'Sessions have names of devices: the `deviceName` that was given at sign-in or with `sessionRename`, otherwise one made of the user agent, such as `Chrome on Linux`. Off: a `deviceName` that is given at sign-in is ignored.'),
  secondFactor: row('SECOND_FACTOR', boolean, false, 'Users may add an authenticator app (TOTP, RFC 6238), and are asked for a code at sign-in from then on. Tokens have the claims `auth_time` and `amr`. Needs `SECOND_FACTOR_KEYS` and `THROTTLE`. See docs/accounts.md.'),
  secondFactorKeys: secret(row('SECOND_FACTOR_KEYS', optional(list('one or several secrets of at least 32 characters, separated by commas', isLongSecret)), undefined, 'Encrypt the secrets of authenticator apps in the store, and sign-ins that wait for a code. The first one encrypts, all decrypt: put a new one in front to replace it. Without them all second factors are lost.')),
  totpIssuer: row('TOTP_ISSUER', text('1 to 64 characters without a colon', /^[^:]{1,64}$/), 'graphql-simplejwt', 'What authenticator apps call this service.'),
  stepUp: row('STEP_UP', boolean, false, 'Changes of the password, the address and the second factor, what admins do to accounts except disabling them, the export and the deletion of an account need a recent sign-in; otherwise they fail with `step_up_required`. `tokenStepUp` makes it recent again. Ending sessions never needs it. Tokens have the claims `auth_time` and `amr`. See docs/accounts.md.'),
  stepUpMaxAge: row('STEP_UP_MAX_AGE', duration('30s', '1d'), '10m', 'How recent that sign-in must be.'),
  accountSelfService: row('ACCOUNT_SELF_SERVICE', boolean, false, 'Users may export what is stored about them with `accountExport`, and delete their account with `accountDelete`.'),
  dataDir: row('DATA_DIR', text('a folder', /./), './data', 'Folder of the embedded store and, outside production, of the signing key.'),
  mongodbUri: secret(row('MONGODB_URI', optional(text('a mongodb:// or mongodb+srv:// URI', /^mongodb(\+srv)?:\/\/\S+$/)), undefined, 'Use this MongoDB instead of the embedded store.')),
} as const satisfies Record<string, Setting>;

/** Settings of the server alone. */
// oxfmt-ignore
export const serverTable = {
  nodeEnv: row('NODE_ENV', oneOf('development', 'test', 'production'), 'development', '`production` requires a signing key, makes no demo user, and turns introspection, GraphiQL and the console off unless they are switched on.'),
  port: row('PORT', integer(0, 65_535), 4000, 'Port to listen on; 0 takes a free one.'),
  host: row('HOST', host, '127.0.0.1', 'Address to listen on; `0.0.0.0` for all interfaces.'),
  workers: row('WORKERS', integerOr('auto', 1, 256), 1, 'Processes that serve the port together; more than one need MongoDB. `auto`: as many as there are cores, and one with SQLite. See docs/mongodb.md.'),
  logLevel: row('LOG_LEVEL', oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'), 'info', 'Least severe log record that is written.'),
  trustProxy: row('TRUST_PROXY', optional(list('addresses or networks of your proxies, separated by commas, such as 10.0.0.0/8 or loopback', isNetwork)), undefined, 'Proxies whose `CLIENT_ADDRESS_HEADER` is trusted. Not set: none.'),
  clientAddressHeader: row('CLIENT_ADDRESS_HEADER', addressHeader, 'X-Forwarded-For', 'The header in which your proxies name the client, such as `X-Forwarded-For`, `X-Real-IP` or `CF-Connecting-IP`; read only from `TRUST_PROXY`, from right to left. The proxy must replace it or append to it, whatever a client sends.'),
  maxTokens: row('GRAPHQL_MAX_TOKENS', integer(50, 100_000), 1500, 'Lexical tokens in a document; more are refused while it is being parsed.'),
  maxBodyBytes: row('MAX_BODY_BYTES', integer(1024, 10_485_760), 102_400, 'Maximum bytes in the body of a request.'),
  metricsPort: row('METRICS_PORT', optional(integer(0, 65_535)), undefined, 'Port for Prometheus to scrape, at `/metrics`; 0 takes a free one. Covers all workers. Not set: nothing is measured. See docs/metrics.md.'),
  metricsHost: row('METRICS_HOST', host, '127.0.0.1', 'Address of that port. It needs no authentication and shows counts of sign-ins and refusals, so keep it off the public network.'),
  graphqlIntrospection: row('GRAPHQL_INTROSPECTION', optional(boolean), undefined, 'Whether clients may read the schema. Default: on outside production.'),
  graphiql: row('GRAPHIQL', optional(boolean), undefined, 'Serves GraphiQL at `/graphql`. Default: on outside production.'),
  restPath: row('REST_PATH', optional(text('a path such as /api/token/', /^\/[\w\-.~/]{1,200}$/)), undefined, "Serves the addresses of simplejwt's views below this path, for applications that were written for simplejwt. See docs/old-addresses.md. Not set: none."),
  federation: row('FEDERATION', boolean, false, 'Serves the schema as a subgraph of Apollo Federation 2: `_service` shows it, and gateways find users by their id. Needs the package `@apollo/subgraph`. See docs/federation.md.'),
  subscriptions: row('SUBSCRIPTIONS', boolean, true, 'Whether `/graphql` takes WebSockets of the protocol `graphql-transport-ws`, for the subscription `sessionEvents`. See docs/subscriptions.md.'),
  maxSockets: row('MAX_SOCKETS', integer(1, 1_000_000), 10_000, 'Open WebSockets of one process; more are refused with 503.'),
  console: row('CONSOLE', optional(boolean), undefined, 'Serves the console at `/console`. Default: on outside production.'),
} as const satisfies Record<string, Setting>;

type Output<Table extends Record<string, Setting>> = {
  readonly [Name in keyof Table]: ValueOf<Table[Name]>;
};

/** Checked settings of the library: durations are seconds, lists are arrays. */
export type Settings = Output<typeof authTable>;

/** Checked settings of the server. */
export type ServerSettings = Settings & Output<typeof serverTable>;

/** Settings as the library takes them: every one may be left out. */
export type SettingsInput = {
  readonly [Name in keyof typeof authTable]?: GivenTo<(typeof authTable)[Name]>;
};

/** Settings of simplejwt that are functions, and so options of the library only. Types: `Hooks` in `contracts/hooks.ts`. */
// oxfmt-ignore
export const hookTable = {
  userAuthenticationRule: { seed: 'USER_AUTHENTICATION_RULE', meaning: '`(user) => boolean`: may this user sign in and refresh? Default: active, unless `checkUserIsActive` is off.' },
  onLoginSuccess: { seed: 'ON_LOGIN_SUCCESS', meaning: '`(user, client) => void` after each successful sign-in.' },
  onLoginFailed: { seed: 'ON_LOGIN_FAILED', meaning: '`(credentials, client) => void` after each refused sign-in; the password is masked.' },
  onSecurityEvent: { seed: '-', meaning: '`(event) => void`: sign-ins, failures, reuse, ended sessions, changes of passwords and accounts, throttling. The server logs them.' },
  tokenUser: { seed: 'TOKEN_USER_CLASS', meaning: '`(claims) => user`: the user of stateless authentication, made of claims alone.' },
  jsonEncoder: { seed: 'JSON_ENCODER', meaning: '`(key, value) => value`: replacer that turns custom claims into JSON.' },
  sendMail: { seed: '-', meaning: '`(mail) => Promise<void>`: sends a mail in place of `smtpUrl`. If it throws, the mail is sent again later.' },
  claims: { seed: 'custom claims by subclass', meaning: '`(user) => claims`: custom claims of every token made for the user.' },
} as const;

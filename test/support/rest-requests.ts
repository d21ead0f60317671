/** A request to simplejwt's addresses, as a program might send it, and what its views answer: compared live in test/interop. */
export interface RestCase {
  readonly name: string;
  readonly method?: string;
  /** Below `/api/`. */
  readonly path?: string;
  /** `content-type`. */
  readonly type?: string | null;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  /** Undefined where it holds tokens. */
  readonly answer?: unknown;
}

const RIGHT = { username: 'alice', password: 'wonderland123!' };
const FORM = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data; boundary=BoUnD';
const part = (name: string, value: string) =>
  `--BoUnD\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

const required = ['This field is required.'];
const blank = ['This field may not be blank.'];
const nulls = ['This field may not be null.'];
const noString = ['Not a valid string.'];
const noAccount = { detail: 'No active account found with the given credentials' };
const noDictionary = (got: string) => ({
  non_field_errors: [`Invalid data. Expected a dictionary, but got ${got}.`],
});
const unsupported = (type: string) => ({ detail: `Unsupported media type "${type}" in request.` });
const notAllowed = (method: string) => ({ detail: `Method "${method}" not allowed.` });
const notValid = (detail: string) => ({ detail, code: 'token_not_valid' });

const signIn = (name: string, body: unknown, status: number, answer?: unknown): RestCase => ({
  name,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  status,
  answer,
});

/** Signing in, in all the spellings of a body. */
const SIGN_IN: readonly RestCase[] = [
  signIn('name and password', RIGHT, 200),
  signIn('white space around both', { username: ' alice ', password: '\twonderland123!\n' }, 200),
  signIn('a field that nobody knows', { ...RIGHT, remember: true }, 200),
  signIn('a name given twice', '{"username":"bob","username":"alice","password":"wonderland123!"}', 200),
  signIn('no fields', {}, 400, { username: required, password: required }),
  signIn('no body', '', 400, { username: required, password: required }),
  signIn('no password', { username: 'alice' }, 400, { password: required }),
  signIn('no name', { password: 'x' }, 400, { username: required }),
  signIn('null', { username: null, password: null }, 400, { username: nulls, password: nulls }),
  signIn('blank', { username: '', password: '' }, 400, { username: blank, password: blank }),
  signIn('white space alone', { username: '  ', password: '\n' }, 400, { username: blank, password: blank }),
  signIn('truth values', { username: true, password: false }, 400, { username: noString, password: noString }),
  signIn('a list and an object', { username: ['a'], password: { a: 1 } }, 400, {
    username: noString,
    password: noString,
  }),
  signIn('numbers', { username: 5, password: 7 }, 401, noAccount),
  signIn('a NUL', { username: 'a\0b', password: 'x' }, 400, { username: ['Null characters are not allowed.'] }),
  signIn('half a character', '{"username":"\\ud800","password":"x"}', 400, {
    username: ['Surrogate characters are not allowed: U+D800.'],
  }),
  signIn('a wrong password', { username: 'alice', password: 'wrong-password' }, 401, noAccount),
  signIn('an unknown name', { username: 'nobody', password: 'wrong-password' }, 401, noAccount),
  signIn('an inactive account', { username: 'gone', password: 'wonderland123!' }, 401, noAccount),
  signIn('a list', [], 400, noDictionary('list')),
  signIn('a text', '"x"', 400, noDictionary('str')),
  signIn('a whole number', '5', 400, noDictionary('int')),
  signIn('a fraction', '1.5', 400, noDictionary('float')),
  signIn('a truth value', 'true', 400, noDictionary('bool')),
  signIn('null alone', 'null', 400, { non_field_errors: ['No data provided'] }),
  { name: 'a form', type: FORM, body: 'username=alice&password=wonderland123%21', status: 200 },
  {
    name: 'a form, a name twice',
    type: FORM,
    body: 'username=bob&username=alice&password=wonderland123!',
    status: 200,
  },
  {
    name: 'a blank form',
    type: FORM,
    body: 'username=&password=',
    status: 400,
    answer: { username: blank, password: blank },
  },
  {
    name: 'an empty form',
    type: FORM,
    body: '',
    status: 400,
    answer: { username: required, password: required },
  },
  {
    name: 'a form in parts',
    type: MULTIPART,
    body: `${part('username', 'alice')}${part('password', 'wonderland123!')}--BoUnD--\r\n`,
    status: 200,
  },
  { name: 'JSON with its charset', type: 'application/json; charset=utf-8', body: JSON.stringify(RIGHT), status: 200 },
  ...['text/plain', 'application/xml', 'application/vnd.api+json'].map((type) => ({
    name: type,
    type,
    body: JSON.stringify(RIGHT),
    status: 415,
    answer: unsupported(type),
  })),
  ...['GET', 'PUT', 'DELETE', 'PATCH'].map((method) => ({
    name: method,
    method,
    type: null,
    status: 405,
    answer: notAllowed(method),
  })),
  {
    name: 'a header that is wrong',
    headers: { authorization: 'Bearer nothing' },
    body: JSON.stringify(RIGHT),
    status: 200,
  },
  ...['text/html', 'application/xml'].map((accept) => ({
    name: `an answer in ${accept}`,
    headers: { accept },
    body: JSON.stringify(RIGHT),
    status: 406,
    answer: { detail: 'Could not satisfy the request Accept header.' },
  })),
];

const token = (path: string, field: string): readonly RestCase[] => [
  { name: `${path}: no field`, path, body: '{}', status: 400, answer: { [field]: required } },
  { name: `${path}: null`, path, body: `{"${field}":null}`, status: 400, answer: { [field]: nulls } },
  { name: `${path}: blank`, path, body: `{"${field}":""}`, status: 400, answer: { [field]: blank } },
  { name: `${path}: no token`, path, body: `{"${field}":"x"}`, status: 401, answer: notValid('Token is invalid') },
  { name: `${path}: a number`, path, body: `{"${field}":5}`, status: 401, answer: notValid('Token is invalid') },
];

const HEADER: readonly RestCase[] = [
  ['no header', {}, { detail: 'Authentication credentials were not provided.' }],
  ['another scheme', { authorization: 'Basic x' }, { detail: 'Authentication credentials were not provided.' }],
  ...['Bearer', 'Bearer a b'].map(
    (authorization) =>
      [
        authorization,
        { authorization },
        {
          detail: 'Authorization header must contain two space-delimited values',
          code: 'bad_authorization_header',
        },
      ] as const,
  ),
  [
    'no token',
    { authorization: 'Bearer x' },
    {
      detail: 'Given token not valid for any token type',
      code: 'token_not_valid',
      messages: [{ token_class: 'AccessToken', token_type: 'access', message: 'Token is invalid' }],
    },
  ],
].map(([name, headers, answer]) => ({
  name: `hello: ${name as string}`,
  method: 'GET',
  path: 'hello/',
  type: null,
  headers: headers as Record<string, string>,
  status: 401,
  answer,
}));

/** All of them; both projects have an active user alice and an inactive user gone. */
export const REST_CASES: readonly RestCase[] = [
  ...SIGN_IN,
  ...token('token/refresh/', 'refresh'),
  ...token('token/verify/', 'token'),
  ...token('token/blacklist/', 'refresh'),
  ...token('token/sliding/refresh/', 'token'),
  ...HEADER,
  {
    name: 'hello: POST without a header',
    path: 'hello/',
    status: 401,
    answer: { detail: 'Authentication credentials were not provided.' },
  },
];

/** Sends one of them to a server, `api` being its `/api/`. */
export async function sendRest(api: string, { method = 'POST', path = 'token/', type, body, headers }: RestCase) {
  const contentType = type === null ? {} : { 'content-type': type ?? 'application/json' };
  const response = await fetch(`${api}${path}`, {
    method,
    headers: { ...contentType, ...headers },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  return {
    status: response.status,
    answer: response.status === 200 && text.includes('eyJ') ? undefined : (JSON.parse(text) as unknown),
    headers: Object.fromEntries(
      ['content-type', 'www-authenticate', 'allow'].map((name) => [name, response.headers.get(name)]),
    ),
  };
}

/** What the machine allows: JSON over bare `node:http`, jsonwebtoken with a KeyObject, no GraphQL, no store. */
import { createSecretKey } from 'node:crypto';
import { createServer } from 'node:http';
import jwt from 'jsonwebtoken';
import { ACCESS_LIFETIME, checkPassword, claimsOf, listening, REFRESH_LIFETIME, SECRET } from './account.mjs';

const KEY = createSecretKey(SECRET, 'utf8');
const verify = (token) => jwt.verify(token, KEY, { algorithms: ['HS256'] });
const pair = () => ({
  access: jwt.sign(claimsOf('access'), KEY, { expiresIn: ACCESS_LIFETIME }),
  refresh: jwt.sign(claimsOf('refresh'), KEY, { expiresIn: REFRESH_LIFETIME }),
});

const OPERATIONS = {
  hello(_variables, { authorization }) {
    const { user_id: userId } = verify(authorization.slice('Bearer '.length));
    return { hello: `Hello, ${userId}!` };
  },
  tokenVerify: ({ token }) => ({ tokenVerify: { userId: verify(token).user_id } }),
  tokenRefresh({ refresh }) {
    verify(refresh);
    return { tokenRefresh: pair() };
  },
  async tokenObtainPair({ username, password }) {
    await checkPassword(username, password);
    return { tokenObtainPair: pair() };
  },
};

async function answerTo(text, headers) {
  try {
    const { query, variables } = JSON.parse(text);
    const [name] = /\b(?:hello|tokenVerify|tokenRefresh|tokenObtainPair)\b/.exec(query);
    return { data: await OPERATIONS[name](variables, headers) };
  } catch (error) {
    return { errors: [{ message: error.message }] };
  }
}

async function answer(text, headers, response) {
  const body = JSON.stringify(await answerTo(text, headers));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
}

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  request.on('end', () => void answer(text, request.headers, response));
});
server.listen(0, '127.0.0.1', () => listening(server));

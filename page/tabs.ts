/** What the page opens with: the life of a token, step by step. */
export const tabs = [
  {
    query: `# 1. Sign in. The demo account's password was printed when the server first started.
mutation SignIn($username: String!, $password: String!) {
  tokenObtainPair(username: $username, password: $password) {
    access
    refresh
    accessExpiresAt
    refreshExpiresAt
  }
}
`,
    variables: JSON.stringify({ username: 'demo', password: '' }, null, 2),
  },
  {
    query: `# 2. Paste the access token into the header, below under "Headers".
query Hello {
  hello
  sessions {
    id
    current
    createdAt
    userAgent
  }
}
`,
    headers: JSON.stringify({ Authorization: 'Bearer ' }, null, 2),
  },
  {
    query: `# 3. Exchange the refresh token for the next pair.
mutation Refresh($refresh: String!) {
  tokenRefresh(refresh: $refresh) {
    access
    refresh
    accessExpiresAt
    refreshExpiresAt
  }
}
`,
    variables: JSON.stringify({ refresh: '' }, null, 2),
  },
  {
    query: `# 4. Ask whether a token is good, and what it says.
mutation Verify($token: String!) {
  tokenVerify(token: $token) {
    tokenType
    userId
    issuedAt
    expiresAt
    claims
  }
}
`,
    variables: JSON.stringify({ token: '' }, null, 2),
  },
];

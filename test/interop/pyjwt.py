"""A service with PyJWT and its PyJWKClient. One token a line comes in, one answer a line goes out."""

import sys

import jwt

url, issuer, audience = sys.argv[1:]
keys = jwt.PyJWKClient(url)


def verdict(token):
    try:
        key = keys.get_signing_key_from_jwt(token).key
        claims = jwt.decode(token, key, algorithms=["RS256"], issuer=issuer, audience=audience)
    except jwt.PyJWTError as error:
        return f"refused {type(error).__name__}"
    return f"accepted {claims['user_id']}"


for line in sys.stdin:
    print(verdict(line.strip()), flush=True)

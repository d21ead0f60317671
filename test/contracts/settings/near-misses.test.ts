import { describe, expect, test } from '@jest/globals';
import { nearMissesInEnvironment } from '../../../src/contracts/settings/settings.ts';

describe('variables that are nearly settings', () => {
  test.each([
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['CORS_ALLOWED_ORIGINS', 'CORS_ORIGINS'],
    ['cors_origins', 'CORS_ORIGINS'],
    ['TRUSTED_PROXY', 'TRUST_PROXY'],
    ['TRUST_PROXIES', 'TRUST_PROXY'],
    ['TRUSTED_PROXIES', 'TRUST_PROXY'],
    ['TRUSTPROXY', 'TRUST_PROXY'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['LOG_LEVELS', 'LOG_LEVEL'],
    ['LOG-LEVEL', 'LOG_LEVEL'],
    ['DATADIR', 'DATA_DIR'],
    ['MONGODB_URL', 'MONGODB_URI'],
    ['MONGO_URI', 'MONGODB_URI'],
    ['METRIC_PORT', 'METRICS_PORT'],
    ['THROTTLED', 'THROTTLE'],
    ['WORKER', 'WORKERS'],
    ['NODEENV', 'NODE_ENV'],
    ['Port', 'PORT'],
    ['PASSWORD_MINIMUM_LENGTH', 'PASSWORD_MIN_LENGTH'],
    ['PASSWORD_MIN_LENGHT', 'PASSWORD_MIN_LENGTH'],
    ['MAX_BODY_SIZE_BYTES', 'MAX_BODY_BYTES'],
    ['SIGNING_KEY', 'JWT_SIGNING_KEY'],
    ['ACCESS_TOKEN_LIFETIME', 'JWT_ACCESS_TOKEN_LIFETIME'],
    ['jwt_signing_key', 'JWT_SIGNING_KEY'],
    ['JWTSIGNING_KEY', 'JWT_SIGNING_KEY'],
  ])('S54: %s was meant to be %s', (name, meant) => {
    expect(nearMissesInEnvironment({ [name]: 'x' })).toEqual([{ name, meant }]);
  });

  test.each(
    'LOG_LEVEL CORS_ORIGINS JWT_SIGNING_KEY PATH HOME HOSTNAME LOGNAME SHELL POST LOST WORKDIR NODE_OPTIONS NODE_VERSION NPM_CONFIG_LOGLEVEL npm_config_loglevel OTEL_LOG_LEVEL KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT MONGODB_PORT REDIS_HOST XDG_DATA_DIRS ISSUER AUDIENCE ALGORITHM DATABASE_URL LANG TERM PWD USER _ TZ CI'.split(
      ' ',
    ),
  )('S54: %j is a setting, or of another program', (name) => {
    expect(nearMissesInEnvironment({ [name]: 'x' })).toEqual([]);
  });
});

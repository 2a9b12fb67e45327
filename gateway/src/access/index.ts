export { openAccess, type OpenAccessOptions } from './open-access.ts';
export { clientAddress } from './client-address.ts';
export { createApiKeys, type ApiKeys, type ApiKeysOptions, type KeyVerdict } from './api-keys.ts';
export { createCors, type Cors, type CorsHeaders } from './cors.ts';
export {
  createGuard,
  isAccessProblem,
  limitedClient,
  type AccessProblem,
  type Guard,
  type GuardOptions,
  type Identity,
} from './guard.ts';
export {
  createJwtVerifier,
  JWT_ALGORITHMS,
  type JwtAlgorithm,
  type JwtOptions,
  type JwtVerifier,
  type TokenVerdict,
} from './jwt.ts';
export {
  createRateLimiter,
  rateLimitHeaders,
  type RateLimiter,
  type RateLimiterOptions,
  type Verdict,
} from './rate-limit.ts';
export { newApiKey, SCOPES, type ApiKeyEntry, type NewApiKeyOptions, type Scope } from './api-key.ts';
export { ACCESS_SETTINGS, checkAccess, type AccessConfig, type JwtSettings } from './settings.ts';

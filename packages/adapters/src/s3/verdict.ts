import { DependencyError, HaltError, PermanentError, type WeatherlineError } from '@weatherline/runtime';

/** What an error of a request means, whatever was asked. */
export type Verdict = {
  readonly becomes:
    | 'retry'
    | 'absent'
    | 'precondition'
    | 'denied'
    | 'no-bucket'
    | 'credentials'
    | 'key-unusable'
    | 'wrong-region'
    | 'unsupported'
    | 'refused';
  /** S3's or the system's word for it, fit for a message. */
  readonly code: string;
  readonly status: number | undefined;
  /** False = it is certain that the request changed nothing. */
  readonly mayHaveTakenEffect: boolean;
  /** The credentials are over, whatever the SDK believes of them. */
  readonly isExpired: boolean;
  readonly retryAfterMs: number | undefined;
};

export class AttemptTimeout extends Error {
  override readonly name = 'AttemptTimeout';
}

export class DamagedBody extends Error {
  override readonly name = 'DamagedBody';
}

type Becomes = Verdict['becomes'];

const BY_CODE: Readonly<Record<string, Becomes>> = {
  NoSuchKey: 'absent',
  NotFound: 'absent',
  PreconditionFailed: 'precondition',
  ConditionalRequestConflict: 'retry',
  OperationAborted: 'retry',
  RequestTimeout: 'retry',
  RequestTimeTooSkewed: 'retry',
  ExpiredToken: 'retry',
  ExpiredTokenException: 'retry',
  TokenRefreshRequired: 'retry',
  IDPCommunicationError: 'retry',
  BadDigest: 'retry',
  IncompleteBody: 'retry',
  XAmzContentSHA256Mismatch: 'retry',
  TemporaryRedirect: 'retry',
  AccessDenied: 'denied',
  AllAccessDisabled: 'denied',
  AccountProblem: 'denied',
  NoSuchBucket: 'no-bucket',
  InvalidBucketName: 'no-bucket',
  InvalidAccessKeyId: 'credentials',
  SignatureDoesNotMatch: 'credentials',
  InvalidToken: 'credentials',
  InvalidIdentityToken: 'credentials',
  InvalidIdentityTokenException: 'credentials',
  CredentialsProviderError: 'credentials',
  PermanentRedirect: 'wrong-region',
  AuthorizationHeaderMalformed: 'wrong-region',
  IllegalLocationConstraintException: 'wrong-region',
  NotImplemented: 'unsupported',
};

/** Failures before a byte of the request was sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const EXPIRED = new Set(['ExpiredToken', 'TokenRefreshRequired']);

export function judge(error: unknown): Verdict {
  const status = statusOf(error);
  const code = codeOf(error);
  const becomes = BY_CODE[code] ?? (code.startsWith('KMS.') ? ofKms(code) : ofStatus(status));
  const isAnswer = status !== undefined && status < 500;
  return {
    becomes,
    code,
    status,
    mayHaveTakenEffect: !isAnswer && !NEVER_SENT.has(code) && becomes !== 'credentials',
    isExpired: EXPIRED.has(code),
    retryAfterMs: retryAfterOf(error),
  };
}

export type Call = {
  readonly what: 'read' | 'write' | 'list' | 'sign';
  /** A key, or the prefix of a listing. */
  readonly name: string;
  readonly bucket: string;
};

/** Nothing of the SDK's error is kept but its code: message, stack and request may hold a key, a token or an address. */
export function failureOf({ what, name, bucket }: Call, verdict: Verdict): WeatherlineError {
  const { becomes, code, status, retryAfterMs } = verdict;
  const failed = `cannot ${what} ${name === '' ? 'everything' : name} in bucket ${bucket} (${status === undefined ? code : `${status} ${code}`})`;
  switch (becomes) {
    case 'denied':
      return new HaltError('STORE_ACCESS_DENIED', `${failed}: check the policies of the role and of the bucket`);
    case 'no-bucket':
      return new HaltError('BUCKET_MISSING', `${failed}: create the bucket or correct its name`);
    case 'credentials':
      return new HaltError('STORE_CREDENTIALS_INVALID', `${failed}: check the role, the token file or the access key`);
    case 'key-unusable':
      return new HaltError('STORE_KEY_UNUSABLE', `${failed}: enable the encryption key of the bucket`);
    case 'wrong-region':
      return new HaltError('BUCKET_WRONG_REGION', `${failed}: set the region in which the bucket lies`);
    case 'unsupported':
      return new HaltError('STORE_UNSUPPORTED', `${failed}: the server lacks conditional writes or checksums`);
    case 'refused':
      return new PermanentError('STORE_REFUSED', `${failed}: the store takes no such request`);
    case 'retry':
    case 'absent':
    case 'precondition': {
      const after = retryAfterMs === undefined ? {} : { retryAfterMs };
      return new DependencyError('STORE_UNAVAILABLE', `${failed}: nothing is lost, it is tried again`, after);
    }
  }
}

function ofStatus(status: number | undefined): Becomes {
  if (status === undefined || status >= 500 || status === 408 || status === 429 || status < 300) return 'retry';
  if (status === 404) return 'absent';
  if (status === 412) return 'precondition';
  if (status === 401 || status === 403) return 'denied';
  return status < 400 ? 'wrong-region' : 'refused';
}

function ofKms(code: string): Becomes {
  return /Throttl|Limit|Internal|Timeout|Unavailable/.test(code) ? 'retry' : 'key-unusable';
}

function statusOf(error: unknown): number | undefined {
  const metadata = propertyOf(error, '$metadata');
  const status = propertyOf(metadata, 'httpStatusCode') ?? propertyOf(propertyOf(error, '$response'), 'statusCode');
  return typeof status === 'number' ? status : undefined;
}

/** Only what looks like a code is one: an answer may hold any text. */
function codeOf(error: unknown): string {
  const system = propertyOf(error, 'code');
  const name = propertyOf(error, 'name');
  const code = typeof system === 'string' && /^[A-Z_]{2,40}$/.test(system) ? system : name;
  return typeof code === 'string' && /^[A-Za-z][\w.]{1,60}$/.test(code) ? code : 'unknown';
}

function retryAfterOf(error: unknown): number | undefined {
  const seconds = Number(
    propertyOf(propertyOf(propertyOf(error, '$response'), 'headers'), 'retry-after') ?? Number.NaN,
  );
  return seconds >= 0 && seconds <= 3600 ? seconds * 1000 : undefined;
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

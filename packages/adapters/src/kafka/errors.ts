import { DependencyError, HaltError, PermanentError, WeatherlineError } from '@weatherline/runtime';

const DENIED = /AUTHORIZATION_FAILED|AUTHENTICATION_FAILED|SASL/;
/** Node's and OpenSSL's codes for a certificate that one of the two sides will not have. */
const BROKER_CERTIFICATE = /^ERR_TLS_CERT|^CERT_|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|^HOSTNAME_MISMATCH$/;
const OUR_CERTIFICATE = /^ERR_SSL_.*(CERTIFICATE|UNKNOWN_CA)/;
const LOST = new Set(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS', 'FENCED_INSTANCE_ID']);

/** The protocol's name of an error, wherever kafkajs has wrapped it; '' = it is none. */
export function kafkaType(error: unknown): string {
  for (const at of chainOf(error)) {
    if ('type' in at && typeof at.type === 'string') return at.type;
    if (at.name === 'KafkaJSSASLAuthenticationError') return 'SASL_AUTHENTICATION_FAILED';
  }
  return '';
}

/** An error and what is behind it; of several at once (topics that could not be created) the first. */
function chainOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let at: unknown = error; at instanceof Error && chain.length < 6;) {
    chain.push(at);
    const several: unknown = 'errors' in at ? at.errors : undefined;
    const [first]: unknown[] = Array.isArray(several) ? several : [];
    at = first ?? at.cause ?? ('originalError' in at ? at.originalError : undefined);
  }
  return chain;
}

/** The group has moved on without this member. */
export function isLost(error: unknown): boolean {
  return LOST.has(kafkaType(error));
}

/** A kafkajs error as what it means for the event in hand. */
export function brokerError(error: unknown, doing: string): WeatherlineError {
  if (error instanceof WeatherlineError) return error;
  const type = kafkaType(error);
  const chain = chainOf(error);
  const message = `${doing}: ${(chain.at(-1)?.message ?? String(error)).trim()}`;
  const codes = chain.map((at) => ('code' in at ? String(at.code) : ''));
  if (DENIED.test(type)) return new HaltError('BROKER_ACCESS_DENIED', message, { cause: error });
  if (codes.some((code) => OUR_CERTIFICATE.test(code))) {
    return new HaltError('BROKER_ACCESS_DENIED', message, { cause: error });
  }
  if (codes.some((code) => BROKER_CERTIFICATE.test(code))) {
    return new HaltError('BROKER_NOT_TRUSTED', message, { cause: error });
  }
  // Somebody else has written with snappy or lz4: no retry will make it readable.
  if (chain.some(({ name }) => name === 'KafkaJSNotImplemented')) {
    return new HaltError('UNSUPPORTED_COMPRESSION', message, { cause: error });
  }
  if (type === 'UNKNOWN_TOPIC_OR_PARTITION') return new HaltError('UNKNOWN_TOPIC', message, { cause: error });
  if (type === 'MESSAGE_TOO_LARGE' || type === 'RECORD_LIST_TOO_LARGE') {
    return new PermanentError('MESSAGE_TOO_LARGE', message, { cause: error });
  }
  return new DependencyError('BROKER_UNAVAILABLE', message, { cause: error });
}

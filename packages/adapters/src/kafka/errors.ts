import { DependencyError, HaltError, PermanentError, WeatherlineError } from '@weatherline/runtime';

const DENIED = /AUTHORIZATION_FAILED|AUTHENTICATION_FAILED|SASL/;
const LOST = new Set(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS', 'FENCED_INSTANCE_ID']);

/** The protocol's name of an error, wherever kafkajs has wrapped it; '' = it is none. */
export function kafkaType(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; depth += 1) {
    if ('type' in at && typeof at.type === 'string') return at.type;
    if (at.name === 'KafkaJSSASLAuthenticationError') return 'SASL_AUTHENTICATION_FAILED';
    at = at.cause ?? ('originalError' in at ? at.originalError : undefined);
  }
  return '';
}

/** The group has moved on without this member. */
export function isLost(error: unknown): boolean {
  return LOST.has(kafkaType(error));
}

/** A kafkajs error as what it means for the event in hand. */
export function brokerError(error: unknown, doing: string): WeatherlineError {
  if (error instanceof WeatherlineError) return error;
  const type = kafkaType(error);
  const message = `${doing}: ${error instanceof Error ? error.message : String(error)}`;
  if (DENIED.test(type)) return new HaltError('BROKER_ACCESS_DENIED', message, { cause: error });
  if (type === 'UNKNOWN_TOPIC_OR_PARTITION') return new HaltError('UNKNOWN_TOPIC', message, { cause: error });
  if (type === 'MESSAGE_TOO_LARGE' || type === 'RECORD_LIST_TOO_LARGE') {
    return new PermanentError('MESSAGE_TOO_LARGE', message, { cause: error });
  }
  return new DependencyError('BROKER_UNAVAILABLE', message, { cause: error });
}

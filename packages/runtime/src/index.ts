export { systemClock } from './clock.ts';
export {
  decodeEvent,
  decodeStructured,
  encodeEvent,
  encodeStructured,
  envelopeOf,
  MAX_EVENT_BYTES,
  type Attributes,
  type Envelope,
  type Stamps,
} from './codec.ts';
export { CommitTracker, type Ordeal } from './commit-tracker.ts';
export { consume, THIS_PROCESS, type Consumer, type ConsumerOptions, type ProcessScope } from './consumer-host.ts';
export { Lanes } from './lanes.ts';
export { OneAtATime } from './one-at-a-time.ts';
export { deadLetterOf, redriveOf, REDRIVES_HEADER, redrivesOf, type DeadLetterReason } from './dead-letter.ts';
export { defineFunction, type Context, type Fields, type FunctionDefinition, type Logger } from './define-function.ts';
export { sha256, uuidV5 } from './digest.ts';
export {
  ConfigurationError,
  DependencyError,
  HaltError,
  PermanentError,
  WeatherlineError,
  type Disposition,
} from './errors.ts';
export { MAX_ATTEMPTS, MAX_CRASHES, type Observe, type Outcome } from './handle-message.ts';
export type * from './ports.ts';
export {
  ProviderError,
  reaches,
  type Price,
  type ProviderFault,
  type Reach,
  type WeatherProvider,
} from './provider-port.ts';
export { TOPICS } from './topics.ts';
export {
  distance,
  loadConfig,
  showConfig,
  type Environment,
  type Setting,
  type Settings,
  type ShownSetting,
  type Values,
} from './config.ts';
export {
  COMMON,
  duration,
  FUNCTION,
  GATEWAY,
  GATEWAY_VARIABLES,
  httpUrl,
  oneOf,
  SECRETS_INIT_VARIABLES,
  VAULT_ADMIN_VARIABLES,
  whole,
} from './settings.ts';
export { createLogger, redact, type LogOptions } from './log.ts';
export { createMetrics, type HttpObservation, type LagSample, type Metrics } from './metrics.ts';
export { listen, serveInfra, type Check, type Infra, type Listening } from './infra-server.ts';
export { endOnBugs, EXIT, exitCodeOf, runProcess, stopOnSignals, type Stopping } from './lifecycle.ts';
export { gunzip, gzip } from './gzip.ts';
export { backoffMs } from './backoff.ts';
export { secretReader } from './secret-reader.ts';
export { serveFunction, type OpenPorts, type Serving } from './serve-function.ts';
export { outputOf, type Elsewhere } from './output-of.ts';
export { readAhead } from './read-ahead.ts';
export { readingsAgain } from './readings-again.ts';
export { startsOf } from './read-from.ts';
export { MAX_READINGS_BYTES, unpackReadings } from './unpack-readings.ts';

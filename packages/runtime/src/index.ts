export { systemClock } from './clock.ts';
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
export type * from './ports.ts';
export { ProviderError, type ProviderFault, type WeatherProvider } from './provider-port.ts';

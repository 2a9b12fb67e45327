/** What becomes of the event that was being handled when the error was thrown. */
export type Disposition = 'retry' | 'dead-letter' | 'halt';

export abstract class WeatherlineError extends Error {
  abstract readonly disposition: Disposition;
  /** Stable, SCREAMING_SNAKE, listed in docs/reference/errors.md. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A dependency cannot serve now; the same event may succeed later. Costs no attempt; its partition waits. */
export class DependencyError extends WeatherlineError {
  override readonly disposition = 'retry';
  /** When given, wins over the back-off. */
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, options: ErrorOptions & { readonly retryAfterMs?: number } = {}) {
    super(code, message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The event can never succeed: it does not parse, or no reading in it is usable. */
export class PermanentError extends WeatherlineError {
  override readonly disposition = 'dead-letter';
}

/** No event can succeed until a person acts: a revoked key, a missing bucket. Consumption stops; offsets stay. */
export class HaltError extends WeatherlineError {
  override readonly disposition = 'halt';
}

/** A bad setting. Ends the process with exit code 78. */
export class ConfigurationError extends WeatherlineError {
  override readonly disposition = 'halt';
  constructor(message: string, options?: ErrorOptions) {
    super('CONFIGURATION', message, options);
  }
}

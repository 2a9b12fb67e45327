import type { Location, ProviderId, Reading } from '@weatherline/events';

/** Asks one provider for one location; what comes back travels unparsed. */
export type WeatherProvider = {
  readonly id: ProviderId;
  /** Can it be asked about a past instant? */
  readonly history: boolean;
  /** The calls a minute that the provider's plan allows, over all users of its key; undefined = no budget. */
  readonly callsPerMinute: number | undefined;
  /**
   * One call. Throws a {@link ProviderError} for every outcome but a usable answer, also for one that is cut, too large,
   * of another content type, or not JSON.
   */
  read(
    location: Location,
    slot: Date,
    signal: AbortSignal,
  ): Promise<Pick<Reading, 'units' | 'body' | 'reconstruction'>>;
};

/**
 * What a failed call means:
 * `location` it will never work for this place · `retry` it may work in a moment · `throttled` the key must rest ·
 * `key` the key is not accepted · `subscription` the key is good, the product is not in its plan.
 */
export type ProviderFault = 'location' | 'retry' | 'throttled' | 'key' | 'subscription';

/** A call to a provider that gave no usable answer. Its message never holds a URL, a key or a query string. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly fault: ProviderFault;
  /** `HTTP_404`, `TIMEOUT`, `TRUNCATED`, `NOT_JSON` … */
  readonly code: string;
  /** What the provider asked us to wait, when it did. */
  readonly retryAfterMs: number | undefined;

  constructor(
    fault: ProviderFault,
    code: string,
    message: string,
    options: ErrorOptions & { retryAfterMs?: number } = {},
  ) {
    super(message, options);
    this.fault = fault;
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}

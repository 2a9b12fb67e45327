import type { Location, ProviderId, Reading } from '@weatherline/events';

/** Asks one provider for one location; what comes back travels unparsed. */
export type WeatherProvider = {
  readonly id: ProviderId;
  /** Can it be asked about a past instant? */
  readonly history: boolean;
  /** The calls a minute that the provider's plan allows, over all users of its key; undefined = no budget. */
  readonly callsPerMinute: number | undefined;
  /** Whose budget its calls come out of: two products of one key name the same one. Absent = a budget of its own. */
  readonly budgetId?: ProviderId;
  /** The past that it covers; absent = a provider with history answers for any instant. */
  readonly reach?: Reach;
  /** What calls cost; absent = nothing, without a limit. */
  readonly price?: Price;
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

/** From when on a provider knows the past, and how long the present takes to become it. */
export type Reach = { readonly from: Date; readonly untilMsAgo: number };

/** What a plan charges: what must be known before thousands of calls are planned. */
export type Price = {
  /** Calls a day that cost nothing. */
  readonly freeCallsADay: number;
  /** What further calls of that day cost; absent = there are none. */
  readonly per1000Calls?: { readonly amount: number; readonly currency: string };
};

/** Does it cover this instant? */
export function reaches({ from, untilMsAgo }: Reach, instant: Date, now: Date): boolean {
  return instant.getTime() >= from.getTime() && instant.getTime() <= now.getTime() - untilMsAgo;
}

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

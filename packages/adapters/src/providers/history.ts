import type { Price, Reach } from '@weatherline/runtime';

export type HistoryId = 'openweather-onecall' | 'open-meteo-archive';

/** What is known of a provider of the past before it is asked: data, without a client. */
export type HistoryProduct = {
  readonly reach: Reach;
  readonly price: Price;
  /** What it allows everybody; absent = what the key's plan allows. */
  readonly callsPerMinute?: number;
  readonly attribution: string;
};

const DAY_MS = 86_400_000;

/** Open-Meteo counts a call for more than ten variables as a tenth more for each: we ask for twelve. */
export const ARCHIVE_WEIGHT = 1.2;

/**
 * 5,000 calls an hour are free. The replay lane may take half of this a minute, and in an hour of it no more than that;
 * live parts that are late find twice as much for a while.
 */
export const ARCHIVE_CALLS_PER_MINUTE = Math.floor((2 * 5_000) / 60 / ARCHIVE_WEIGHT);

/** The providers that can be asked about the past. */
export const HISTORY_PROVIDERS: Readonly<Record<HistoryId, HistoryProduct>> = {
  'openweather-onecall': {
    reach: { from: new Date('1979-01-01T00:00:00Z'), untilMsAgo: 0 },
    // The subscription "One Call by Call": https://openweathermap.org/full-price
    price: { freeCallsADay: 1_000, per1000Calls: { amount: 1.2, currency: 'GBP' } },
    attribution: 'Weather data provided by OpenWeather',
  },
  'open-meteo-archive': {
    // ERA5 begins in 1940 and is complete after five days: https://open-meteo.com/en/docs/historical-weather-api
    reach: { from: new Date('1940-01-01T00:00:00Z'), untilMsAgo: 5 * DAY_MS },
    // 10,000 a day, for non-commercial use: https://open-meteo.com/en/terms
    price: { freeCallsADay: Math.floor(10_000 / ARCHIVE_WEIGHT) },
    callsPerMinute: ARCHIVE_CALLS_PER_MINUTE,
    attribution: 'Weather data by Open-Meteo.com',
  },
};

/** Who is asked about the past, as the settings say: a provider that costs money only when it is named. */
export function historyName(config: {
  readonly provider: string | undefined;
  readonly history: HistoryId | 'none' | undefined;
}): HistoryId | 'none' {
  return config.history ?? (config.provider === 'open-meteo' ? 'open-meteo-archive' : 'none');
}

import type { Price, Reach } from '@weatherline/runtime';

export type HistoryId = 'openweather-onecall' | 'open-meteo-archive';

/** What is known of a provider of the past before it is asked: data, without a client. */
export type HistoryProduct = {
  readonly reach: Reach;
  readonly price: Price;
  /** The calls a minute of its plan, of which the replay lane takes half at most; absent = those of the key's plan. */
  readonly callsPerMinute?: number;
  readonly attribution: string;
};

const DAY_MS = 86_400_000;

/** Open-Meteo counts each variable beyond the tenth as a tenth of a call more: the archive is asked for twelve. */
const ARCHIVE_WEIGHT = 1.2;

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
    // 5,000 an hour are free: an hour of the replay lane, which may take half of this a minute, takes no more than that.
    callsPerMinute: Math.floor((2 * 5_000) / 60 / ARCHIVE_WEIGHT),
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

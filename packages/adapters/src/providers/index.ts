export { HISTORY_PROVIDERS, historyName, type HistoryId, type HistoryProduct } from './history.ts';
export { MAX_BODY_BYTES, TIMEOUTS, type Timeouts, type WireAnswer } from './http-call.ts';
export { createOpenMeteoArchive } from './open-meteo-archive.ts';
export { createOpenMeteo, type OpenMeteoOptions } from './open-meteo.ts';
export { createOneCall } from './openweather-onecall.ts';
export { createOpenWeather, type OpenWeatherOptions } from './openweather.ts';
export { createRecorded, type Answerer, type RecordedOptions } from './recorded.ts';
export { openConfiguredHistory, openConfiguredProvider, PROVIDER_SETTINGS, type ProviderConfig } from './open.ts';
